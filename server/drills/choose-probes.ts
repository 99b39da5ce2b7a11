import type { Probe } from '#model/drill.ts';
import type { ServiceView } from '#model/workload.ts';
import { type DrillFacts, type DrillInstance, type Hits, mastersOf, workersOf } from './drill-facts.ts';

/** Names what a drill puts into the cluster for its probes. */
export const probeObject = (drillId: number): string => `tessera-drill-${drillId}`;
/** Name of a write in its ConfigMap: the moment it was due, in ms. */
export const writeKey = (at: number): string => `w${at}`;
const OWN_PREFIX = 'tessera-drill-';
export const DNS_NAME = 'kubernetes.default.svc.cluster.local';

/** What is asked during a drill: the API, DNS, every service with a node port, and the samples' data. Pure. */
export function chooseProbes(facts: DrillFacts, hits: Hits): Probe[] {
  const { masterAddress, port } = facts.cluster;
  const server = `https://${masterAddress ?? 'no address'}:${port}`;
  const asked = askedAt(facts, hits);
  const gone = new Set(hits.pods.map((pod) => pod.podIp));
  return [
    { id: 'api-read', kind: 'api-read', name: 'Cluster API, read', target: server },
    { id: 'api-write', kind: 'api-write', name: 'Cluster API, write', target: server },
    ...(asked ? [dnsProbe(facts, asked, gone)] : []),
    ...(asked ? facts.workloads.services.flatMap((service) => serviceProbe(service, asked, gone)) : []),
    ...(asked ? facts.samples.map((sample) => dataProbe(sample, asked)) : []),
  ];
}

/** A node that is not hit: what is judged is the service, not the node that was taken away. */
function askedAt(facts: DrillFacts, hits: Hits): DrillInstance | undefined {
  const nodes = [...workersOf(facts), ...mastersOf(facts)];
  return nodes.find((node) => !hits.instances.includes(node)) ?? nodes[0];
}

function dnsProbe(facts: DrillFacts, asked: DrillInstance, gone: Set<string | null>): Probe {
  const pods = facts.workloads.pods.filter(
    (pod) => pod.namespace === 'kube-system' && pod.keeper === 'Deployment/coredns',
  );
  const ready = pods.filter((pod) => pod.ready);
  return {
    id: 'dns',
    kind: 'dns',
    name: 'Cluster DNS',
    target: `${DNS_NAME}, asked at ${asked.name}`,
    url: `tcp://${asked.address}`,
    replicas: ready.length,
    surviving: ready.filter((pod) => !gone.has(pod.podIp)).length,
  };
}

function serviceProbe(service: ServiceView, asked: DrillInstance, gone: Set<string | null>): Probe[] {
  const port = service.ports.find((one) => one.nodePort !== null && one.protocol === 'TCP');
  if (!port || service.endpoints.length === 0 || service.name.startsWith(OWN_PREFIX)) return [];
  const replicas = service.endpoints.length;
  return [
    {
      id: `service:${service.namespace}/${service.name}`,
      kind: 'service',
      name: `${service.name}, from outside`,
      target: `${replicas === 1 ? '1 replica' : `${replicas} replicas`}, node port ${port.nodePort} of ${asked.name}`,
      url: `http://${asked.address}:${port.nodePort}/`,
      replicas,
      surviving: service.endpoints.filter((endpoint) => !gone.has(addressOf(endpoint))).length,
    },
  ];
}

const dataProbe = (sample: DrillFacts['samples'][number], asked: DrillInstance): Probe => ({
  id: `data:${sample.id}`,
  kind: 'data',
  name: `${sample.name}: data`,
  target: `GET ${sample.path} must hold ${sample.expect}`,
  url: `http://${asked.address}:${sample.nodePort}${sample.path}`,
  expect: sample.expect,
});

/** Endpoints are addresses, with or without a port. */
const addressOf = (endpoint: string): string => endpoint.replace(/:\d+$/, '');
