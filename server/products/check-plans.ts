import type { VmType } from '#model/cloud-config.ts';
import { AUTOMATIC } from '#model/property.ts';
import { capacityShortfall, freeAddressCount, type VmDemand } from './check-room.ts';
import { PLAN_COUNT } from './list-plans.ts';
import {
  type CheckFacts,
  type CheckResult,
  namesOf,
  numberOf,
  type ProductFault,
  textOf,
  wrong,
} from './product-fault.ts';
import { resolveResources } from './smallest-vm-type.ts';

export type ActivePlan = {
  number: number;
  form: string;
  /** Reference of the plan's fields, without the last dot. */
  at: string;
  name: string;
  masters: number;
  workers: number;
};

/** Plans that are switched on, as far as they are filled in. */
export function activePlans({ values }: CheckFacts): ActivePlan[] {
  return Array.from({ length: PLAN_COUNT }, (_, index) => index + 1)
    .filter((number) => values[`.properties.plan${number}_selector`] === 'Plan Active')
    .map((number) => {
      const at = `.properties.plan${number}_selector.active`;
      return {
        number,
        form: `plan${number}`,
        at,
        name: textOf(values, `${at}.name`),
        masters: numberOf(values, `${at}.master_instances`) ?? 0,
        workers: numberOf(values, `${at}.worker_instances`) ?? 0,
      };
    });
}

/** Checks of the plan forms: counts, AZs, names, free addresses, and the machine's memory with the sums. Pure. */
export function checkPlans(facts: CheckFacts): CheckResult {
  const plans = activePlans(facts);
  return {
    faults: [
      ...plans.flatMap((plan) => [
        ...countFaults(facts, plan),
        ...azFaults(facts, plan),
        ...doubleName(plan, plans),
        ...capacityFault(facts, plan),
        ...addressFault(facts, plan),
        ...drainFault(facts, plan),
      ]),
      ...usedPlanFaults(facts, plans),
    ],
    warnings: plans
      .filter((plan) => plan.masters > 1 && new Set(namesOf(facts.values, `${plan.at}.master_az_placement`)).size < 2)
      .map(
        (plan) => `Plan ${plan.name}: ${plan.masters} masters in one AZ fall together with it. Choose two AZs or more.`,
      ),
  };
}

function countFaults({ values }: CheckFacts, plan: ActivePlan): ProductFault[] {
  const faults: ProductFault[] = [];
  if (plan.masters > 0 && ![1, 3, 5].includes(plan.masters)) {
    faults.push(
      wrong(
        plan.form,
        `${plan.at}.master_instances`,
        `Master/ETCD Node Instances: etcd needs 1, 3 or 5 masters, not ${plan.masters}. Choose one of these.`,
      ),
    );
  }
  const max = numberOf(values, `${plan.at}.max_worker_instances`);
  if (max !== null && plan.workers > max) {
    faults.push(
      wrong(
        plan.form,
        `${plan.at}.worker_instances`,
        `Worker Node Instances: ${plan.workers} is more than the maximum of ${max} workers on a cluster. Take ${max} or fewer, or raise the maximum.`,
      ),
    );
  }
  return faults;
}

function azFaults(facts: CheckFacts, plan: ActivePlan): ProductFault[] {
  const networkName =
    facts.configuration.network_and_azs.service_network?.name ??
    textOf(facts.values, 'network_and_azs.service_network');
  const network = facts.cloudConfig?.networks.find((candidate) => candidate.name === networkName);
  if (!network) return [];
  const offered = new Set(network.subnets.flatMap((subnet) => subnet.azs));
  return ['master', 'worker'].flatMap((role) => {
    const reference = `${plan.at}.${role}_az_placement`;
    const missing = namesOf(facts.values, reference).filter((az) => !offered.has(az));
    if (missing.length === 0) return [];
    const label = role === 'master' ? 'Master/ETCD Availability Zones' : 'Worker Availability Zones';
    return [
      wrong(
        plan.form,
        reference,
        `${label}: ${missing.join(', ')} is not an AZ of the service network ${network.name}. Choose among ${[...offered].join(', ')}.`,
      ),
    ];
  });
}

function doubleName(plan: ActivePlan, plans: ActivePlan[]): ProductFault[] {
  const other = plans.find(
    (candidate) => candidate.number < plan.number && candidate.name === plan.name && plan.name !== '',
  );
  return other
    ? [
        wrong(
          plan.form,
          `${plan.at}.name`,
          `Name: ${plan.name} is the name of Plan ${other.number} too. Choose another.`,
        ),
      ]
    : [];
}

function capacityFault(facts: CheckFacts, plan: ActivePlan): ProductFault[] {
  if (facts.machineMib === null || !facts.cloudConfig) return [];
  const vmTypes = facts.cloudConfig.vm_types;
  const demands: VmDemand[] = [...apiDemand(facts, vmTypes)];
  for (const [role, count] of [
    ['master', plan.masters],
    ['worker', plan.workers],
  ] as const) {
    const name = textOf(facts.values, `${plan.at}.${role}_vm_type`);
    const type =
      name === AUTOMATIC
        ? vmTypes.find((candidate) => candidate.ram >= 1024)
        : vmTypes.find((candidate) => candidate.name === name);
    if (type && count > 0) demands.push({ what: role, count, vmType: type.name, ramMib: type.ram });
  }
  const shortfall = capacityShortfall(demands, facts.machineMib);
  return shortfall ? [wrong(plan.form, `${plan.at}.worker_instances`, `Plan ${plan.name}: ${shortfall}`)] : [];
}

function apiDemand(facts: CheckFacts, vmTypes: VmType[]): VmDemand[] {
  return facts.metadata.job_types.flatMap((job) => {
    const chosen = facts.configuration.resource_config[job.name]?.instance_type.id ?? AUTOMATIC;
    // an unknown VM type is a fault of Resource config already
    if (chosen !== AUTOMATIC && !vmTypes.some((type) => type.name === chosen)) return [];
    const { instances, vmType } = resolveResources(job, facts.configuration, vmTypes);
    return [{ what: job.resource_label ?? job.label, count: instances, vmType: vmType.name, ramMib: vmType.ram }];
  });
}

function addressFault(facts: CheckFacts, plan: ActivePlan): ProductFault[] {
  const network = facts.cloudConfig?.networks.find(
    (candidate) => candidate.name === textOf(facts.values, 'network_and_azs.service_network'),
  );
  if (!network || !facts.cloudConfig) return [];
  const api = apiDemand(facts, facts.cloudConfig.vm_types).reduce((sum, demand) => sum + demand.count, 0);
  const free = freeAddressCount(network);
  const need = plan.masters + plan.workers + 1 + api;
  if (need <= free) return [];
  return [
    wrong(
      plan.form,
      `${plan.at}.worker_instances`,
      `Plan ${plan.name}: the network ${network.name} is too small. One cluster takes ${plan.masters} masters + ${plan.workers} workers + 1 address of its API, the API VM ${api}: ${need} in all, and it has ${free}. Use a wider network or fewer VMs.`,
    ),
  ];
}

function drainFault({ values }: CheckFacts, plan: ActivePlan): ProductFault[] {
  if (values[`${plan.at}.node_drain_force_node`] !== true || numberOf(values, `${plan.at}.node_drain_timeout`) !== 0)
    return [];
  return [
    wrong(
      plan.form,
      `${plan.at}.node_drain_timeout`,
      'Node Drain Timeout: forcing the drain after a timeout needs one. Set it above 0, or turn the force off.',
    ),
  ];
}

/** A plan that clusters use keeps its name and its number of masters. */
function usedPlanFaults({ clustersByPlan }: CheckFacts, plans: ActivePlan[]): ProductFault[] {
  return [...clustersByPlan].flatMap(([name, used]) => {
    const plan = plans.find((candidate) => candidate.name === name);
    if (!plan)
      return [
        wrong(
          'plan1',
          '.properties.plan1_selector',
          `Plans: clusters ${used.names.join(', ')} use plan ${name}. Keep it active under this name, or delete them first.`,
        ),
      ];
    if (plan.masters === used.masters) return [];
    return [
      wrong(
        plan.form,
        `${plan.at}.master_instances`,
        `Master/ETCD Node Instances: clusters ${used.names.join(', ')} use this plan with ${used.masters}. Put ${used.masters} back, or delete them first.`,
      ),
    ];
  });
}
