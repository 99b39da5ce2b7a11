import { parseAllDocuments } from 'yaml';
import { certificateFault } from './check-certificate.ts';
import { warningsOfEffect } from './check-effect.ts';
import { checkPlans } from './check-plans.ts';
import { faultsOfPodNetworks } from './check-pod-networks.ts';
import { faultsOfSyslog } from './check-syslog.ts';
import { PLAN_COUNT } from './list-plans.ts';
import { type CheckFacts, type CheckResult, numberOf, type ProductFault, textOf, wrong } from './product-fault.ts';

/** Selector values that this version does not act on yet: choosing one is refused in words instead of being ignored. */
const NOT_YET: { form: string; reference: string; label: string; allowed: string; remedy: string }[] = [
  {
    form: 'networking',
    reference: '.properties.network_selector',
    label: 'Container Networking Interface',
    allowed: 'flannel',
    remedy: 'Choose Flannel',
  },
  {
    form: 'uaa',
    reference: '.properties.uaa',
    label: 'User account store',
    allowed: 'internal',
    remedy: 'Choose Internal UAA',
  },
];

/** Checks of the Container Service across its forms and against the director. Pure. */
export function checkContainerService(facts: CheckFacts): CheckResult {
  const plans = checkPlans(facts);
  return {
    faults: [
      ...apiFaults(facts),
      ...plans.faults,
      ...providerFaults(facts),
      ...faultsOfPodNetworks(facts),
      ...tokenFaults(facts),
      ...addonFaults(facts),
      ...NOT_YET.filter((entry) => ![entry.allowed, ''].includes(textOf(facts.values, entry.reference))).map((entry) =>
        wrong(
          entry.form,
          entry.reference,
          `${entry.label}: ${textOf(facts.values, entry.reference)} is not available in this version. ${entry.remedy}.`,
        ),
      ),
      ...faultsOfSyslog(facts.values, 'host_monitoring', '.properties.syslog_selector', 'ca_cert'),
    ],
    warnings: [...plans.warnings, ...warningsOfEffect(facts)],
  };
}

function apiFaults({ values, now }: CheckFacts): ProductFault[] {
  const reference = '.pivotal-container-service.pks_tls';
  const tls = values[reference];
  const pem =
    typeof tls === 'object' && tls !== null && 'cert_pem' in tls && typeof tls.cert_pem === 'string'
      ? tls.cert_pem
      : '';
  if (pem === '') return [];
  const hostname = textOf(values, '.properties.pks_api_hostname').trim();
  const fault = certificateFault(pem, hostname, now);
  return fault ? [wrong('pks_api', reference, `Certificate to secure the API: ${fault}`)] : [];
}

function providerFaults({ values, iaas }: CheckFacts): ProductFault[] {
  const reference = '.properties.cloud_provider';
  const chosen = textOf(values, reference);
  const same = chosen === iaas || (chosen === 'GCP' && iaas === 'Google');
  if (chosen === '' || iaas === null || same) return [];
  return [
    wrong(
      'cloud_provider',
      reference,
      `Choose your IaaS: it is ${chosen} here and ${iaas} in the BOSH Director. Choose ${iaas}.`,
    ),
  ];
}

function tokenFaults({ values }: CheckFacts): ProductFault[] {
  return ['cli', 'cluster'].flatMap((kind) => {
    const reference = `.properties.uaa_pks_${kind}_refresh_token_lifetime`;
    const access = numberOf(values, `.properties.uaa_pks_${kind}_access_token_lifetime`);
    const refresh = numberOf(values, reference);
    if (access === null || refresh === null || refresh >= access) return [];
    return [
      wrong(
        'uaa',
        reference,
        `Refresh token lifetime: ${refresh} s is shorter than the access token's ${access} s. Take ${access} or more.`,
      ),
    ];
  });
}

function addonFaults({ values }: CheckFacts): ProductFault[] {
  return Array.from({ length: PLAN_COUNT }, (_, index) => index + 1).flatMap((number) => {
    const reference = `.properties.plan${number}_selector.active.addons_spec`;
    const text = textOf(values, reference);
    if (text === '' || values[`.properties.plan${number}_selector`] !== 'Plan Active') return [];
    const documents = parseAllDocuments(text, { prettyErrors: false });
    if (!Array.isArray(documents)) return [];
    const place = documents.findIndex((document) => document.errors.length > 0);
    if (place < 0) return [];
    const reason = documents[place]?.errors[0]?.message ?? 'it cannot be read';
    return [
      wrong(`plan${number}`, reference, `Add-ons: document ${place + 1} is no good YAML (${reason}). Correct it.`),
    ];
  });
}
