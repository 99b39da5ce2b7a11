import { addressCount, type Cidr, cidrFault, overlaps, parseCidr } from '#model/cidr.ts';
import { activePlans } from './check-plans.ts';
import { type CheckFacts, type ProductFault, textOf, wrong } from './product-fault.ts';

/** Every node takes a /24 of the pod network. */
const NODE_BLOCK = 256;
/** Kubernetes' DNS has the tenth address. */
const SERVICE_PREFIX_MAX = 27;

type Named = { label: string; text: string; cidr: Cidr };

/** Pod network, service network and the director's networks must be valid, wide enough and apart from each other. Pure. */
export function faultsOfPodNetworks(facts: CheckFacts): ProductFault[] {
  const cni = textOf(facts.values, '.properties.network_selector');
  if (cni !== 'flannel' && cni !== 'antrea') return [];
  const podReference = `.properties.network_selector.${cni}.pod_network_cidr`;
  const serviceReference = `.properties.network_selector.${cni}.service_cluster_cidr`;
  const pods = textOf(facts.values, podReference).trim();
  const services = textOf(facts.values, serviceReference).trim();
  const podFault = pods === '' ? null : cidrFault(pods);
  const serviceFault = services === '' ? null : cidrFault(services);
  const faults: ProductFault[] = [];
  if (podFault) faults.push(wrong('networking', podReference, `Pod network: ${podFault}`));
  if (serviceFault) faults.push(wrong('networking', serviceReference, `Service network: ${serviceFault}`));
  const podCidr = parseCidr(pods);
  const serviceCidr = parseCidr(services);
  const infrastructure = infrastructureNetworks(facts);
  if (podCidr) {
    faults.push(...clashes('Pod network', pods, podCidr, podReference, infrastructure));
    faults.push(...sizeFaults(facts, podReference, pods, podCidr));
  }
  if (serviceCidr) {
    const others = podCidr
      ? [{ label: 'the pod network', text: pods, cidr: podCidr }, ...infrastructure]
      : infrastructure;
    faults.push(...clashes('Service network', services, serviceCidr, serviceReference, others));
    if (serviceCidr.prefix > SERVICE_PREFIX_MAX) {
      faults.push(
        wrong(
          'networking',
          serviceReference,
          `Service network: ${services} is too small. Take a /${SERVICE_PREFIX_MAX} or wider.`,
        ),
      );
    }
  }
  return faults;
}

function clashes(label: string, text: string, cidr: Cidr, reference: string, others: Named[]): ProductFault[] {
  return others
    .filter((other) => overlaps(cidr, other.cidr))
    .map((other) =>
      wrong(
        'networking',
        reference,
        `${label}: ${text} overlaps ${other.text} of ${other.label}. Choose a range of its own.`,
      ),
    );
}

function sizeFaults(facts: CheckFacts, reference: string, text: string, cidr: Cidr): ProductFault[] {
  const room = Math.floor(addressCount(cidr) / NODE_BLOCK);
  const [largest] = activePlans(facts)
    .map((plan) => ({ name: plan.name, nodes: plan.masters + plan.workers }))
    .sort((a, b) => b.nodes - a.nodes);
  if (!largest || largest.nodes <= room) return [];
  return [
    wrong(
      'networking',
      reference,
      `Pod network: ${text} has room for ${room} nodes of a /24 each, but plan ${largest.name} has ${largest.nodes}. Take a wider range.`,
    ),
  ];
}

function infrastructureNetworks({ cloudConfig }: CheckFacts): Named[] {
  return (cloudConfig?.networks ?? []).flatMap((network) =>
    network.subnets.flatMap((subnet) => {
      const cidr = parseCidr(subnet.range);
      return cidr ? [{ label: `the director's network ${network.name}`, text: subnet.range, cidr }] : [];
    }),
  );
}
