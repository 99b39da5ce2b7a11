import { cidrFault, containsAddress, formatCidr, overlaps, parseAddress, parseCidr, parseRange } from '#model/cidr.ts';
import { CONTAINER_SERVICE_SLUG } from '#model/product.ts';
import { splitList } from '#model/property-value.ts';
import { warningsOfEffect } from './check-effect.ts';
import { faultsOfSyslog } from './check-syslog.ts';
import { type CheckFacts, type CheckResult, numberOf, type ProductFault, textOf, wrong } from './product-fault.ts';

/** Checks of the director tile across its forms. Pure. */
export function checkDirector(facts: CheckFacts): CheckResult {
  return {
    faults: [
      ...infrastructureFaults(facts),
      ...azFaults(facts),
      ...networkFaults(facts),
      ...settingFaults(facts),
      ...faultsOfSyslog(facts.values, 'syslog_configuration', '.properties.syslog_configuration', 'ssl_ca_certificate'),
    ],
    warnings: [
      ...(facts.cloudConfig && facts.cloudConfig.azs.length < 3
        ? ['Three AZs are recommended: with fewer, one that fails takes the quorum of a cluster with it.']
        : []),
      ...warningsOfEffect(facts),
    ],
  };
}

function infrastructureFaults({ values }: CheckFacts): ProductFault[] {
  const chosen = textOf(values, '.properties.iaas_selector');
  if (chosen === 'Embedded' || chosen === '') return [];
  return [
    wrong(
      'iaas_configurations',
      '.properties.iaas_selector',
      `Infrastructure: this installation has no driver for ${chosen}. Choose Embedded.`,
    ),
  ];
}

function azFaults({ values, usedAzs }: CheckFacts): ProductFault[] {
  const reference = '.properties.availability_zones';
  const names = recordsOf(values[reference]).map((az) => String(az.name ?? ''));
  const fault = (message: string): ProductFault =>
    wrong('availability_zones', reference, `Availability zones: ${message}`);
  const doubles = names.filter((name, index) => name !== '' && names.indexOf(name) !== index);
  const lost = usedAzs.filter((az) => !names.includes(az));
  return [
    ...doubles.map((name) => fault(`${name} is there twice. Give each AZ a name of its own.`)),
    ...lost.map((az) =>
      fault(`${az} has VMs and cannot be removed or renamed. Put it back, or delete what runs in it.`),
    ),
  ];
}

function networkFaults({ values }: CheckFacts): ProductFault[] {
  const reference = '.properties.networks';
  const records = recordsOf(values[reference]);
  const faults = records.flatMap((record, row) =>
    subnetFaults(record, row).map(
      ([column, message]): ProductFault => ({
        ...wrong('networks', reference, `Networks, record ${row + 1}: ${message}`),
        path: `${reference}[${row}].${column}`,
      }),
    ),
  );
  records.forEach((record, row) => {
    const own = parseCidr(String(record.cidr ?? ''));
    const earlier = records.slice(0, row).find((other) => {
      const cidr = parseCidr(String(other.cidr ?? ''));
      return own !== null && cidr !== null && overlaps(own, cidr);
    });
    if (own === null || !earlier) return;
    faults.push({
      ...wrong(
        'networks',
        reference,
        `Networks, record ${row + 1}: ${formatCidr(own)} of ${String(record.name)} overlaps ${String(earlier.cidr)} of ${String(earlier.name)}. Give each subnet addresses of its own.`,
      ),
      path: `${reference}[${row}].cidr`,
    });
  });
  return faults;
}

function subnetFaults(record: Record<string, unknown>, row: number): [column: string, message: string][] {
  const text = String(record.cidr ?? '').trim();
  if (text === '') return [];
  const malformed = cidrFault(text);
  const cidr = parseCidr(text);
  if (malformed || cidr === null) return [['cidr', malformed ?? `${text} is no CIDR.`]];
  const faults: [string, string][] = [];
  const gateway = parseAddress(String(record.gateway ?? ''));
  if (gateway !== null && !containsAddress(cidr, gateway)) {
    faults.push(['gateway', `the gateway ${String(record.gateway)} is outside ${text}. Take an address of the CIDR.`]);
  }
  for (const word of splitList(record.reserved_ip_ranges) ?? []) {
    const range = parseRange(word);
    if (range === null) faults.push(['reserved_ip_ranges', `"${word}" is no address or range a-b. Correct it.`]);
    else if (!containsAddress(cidr, range.from) || !containsAddress(cidr, range.to)) {
      faults.push(['reserved_ip_ranges', `the reserved range ${word} is outside ${text}. Take it out or correct it.`]);
    }
  }
  if (cidr.prefix > 29) faults.push(['cidr', `${text} of record ${row + 1} is too small: take a /29 or wider.`]);
  return faults;
}

function settingFaults({ values, products }: CheckFacts): ProductFault[] {
  const faults: ProductFault[] = [];
  const form = 'director_configuration';
  if (products.has(CONTAINER_SERVICE_SLUG) && values['.properties.post_deploy_enabled'] === false) {
    faults.push(
      wrong(
        form,
        '.properties.post_deploy_enabled',
        'Enable post-deploy scripts: the Container Service needs them. Turn them on.',
      ),
    );
  }
  const ca = numberOf(values, '.properties.duration_overrides.enabled.ca_certificate_duration');
  const leaf = numberOf(values, '.properties.duration_overrides.enabled.leaf_certificate_duration');
  if (values['.properties.duration_overrides'] === 'enabled' && ca !== null && leaf !== null && leaf > ca) {
    faults.push(
      wrong(
        form,
        '.properties.duration_overrides.enabled.leaf_certificate_duration',
        `Leaf certificates: ${leaf} days are longer than the CA's ${ca}. Take ${ca} or fewer.`,
      ),
    );
  }
  const names = recordsOf(values['.properties.vm_types']).map((type) => String(type.name ?? ''));
  const doubles = names.filter((name, index) => names.indexOf(name) !== index);
  faults.push(
    ...doubles.map((name) =>
      wrong('vm_types', '.properties.vm_types', `VM types: ${name} is there twice. Give each a name of its own.`),
    ),
  );
  if (!isJsonList(textOf(values, '.properties.handlers'))) {
    faults.push(
      wrong('dns_configuration', '.properties.handlers', 'Handlers: must be a JSON list, such as []. Correct it.'),
    );
  }
  return faults;
}

function isJsonList(text: string): boolean {
  if (text === '') return true;
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    // no JSON at all: the caller says what is expected
    return false;
  }
}

const recordsOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value)
    ? value.filter((member): member is Record<string, unknown> => typeof member === 'object' && member !== null)
    : [];
