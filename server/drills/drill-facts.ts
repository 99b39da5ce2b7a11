import type { Severity } from '#model/alert.ts';
import type { ProcessReport } from '#model/deployment.ts';
import type { DrillKind, DrillTimes, Verdict } from '#model/drill.ts';
import type { Meltdown, VmHealth } from '#model/health.ts';
import type { PodView, WorkloadsView } from '#model/workload.ts';

/** An instance as a drill sees it; `name` is `worker/1`, `node` `worker-1`. */
export type DrillInstance = {
  id: string;
  deployment: string;
  name: string;
  node: string;
  group: string;
  az: string;
  address: string;
  vmCid: string | null;
  vmHealth: VmHealth;
  vmHealthSince: Date | null;
  jobState: string;
  processes: ProcessReport[];
  heardAt: Date | null;
};

/** A deployed sample that answers at a node port, and what it must answer. */
export type DrillSampleApp = { id: string; name: string; nodePort: number; path: string; expect: string };

export type EarlierDrill = { id: number; at: string; verdict: Verdict; times: DrillTimes };

/** Everything a preview is decided by: rows only, because the console can ask no cluster and no VM. */
export type DrillFacts = {
  now: Date;
  cluster: { uuid: string; name: string; masterAddress: string | null; port: number; state: string };
  deployment: string;
  /** Of the cluster. */
  instances: DrillInstance[];
  /** Of everything else on this installation: an AZ takes them with it. */
  others: (DrillInstance & { owner: string })[];
  workloads: WorkloadsView;
  alerts: { title: string; severity: Severity; acknowledged: boolean }[];
  /** At work on any cluster. */
  drills: { id: number; cluster: string; kind: DrillKind }[];
  /** At work on this deployment, and on anything. */
  tasks: { id: number; description: string; concerns: boolean }[];
  resurrects: boolean;
  meltdown: Meltdown | null;
  samples: DrillSampleApp[];
  /** Ended drills of the kind on any cluster, newest first. */
  earlier: EarlierDrill[];
};

/** Who is hit: VMs that stop or are cut off, pods that go, etcd members that are out until somebody acts. */
export type Hits = { instances: DrillInstance[]; pods: PodView[]; members: number; lasting: boolean };

export const mastersOf = (facts: DrillFacts): DrillInstance[] =>
  facts.instances.filter((instance) => instance.group === 'master');

export const workersOf = (facts: DrillFacts): DrillInstance[] =>
  facts.instances.filter((instance) => instance.group !== 'master');

/** Alive as far as is known; a VM that was never judged counts by what its agent says. */
export const isWell = (instance: DrillInstance): boolean =>
  (instance.vmHealth === 'alive' || instance.vmHealth === 'unknown') && instance.jobState === 'running';

/** Pods of a node that somebody would start elsewhere: kept, and not one for each node. */
export const movingPods = (facts: DrillFacts, node: string): PodView[] =>
  facts.workloads.pods.filter((pod) => pod.node === node && isKept(pod));

export const isKept = (pod: PodView): boolean => pod.keeper !== null && !pod.keeper.startsWith('DaemonSet/');

export const findInstance = (facts: DrillFacts, id: string): DrillInstance | undefined =>
  facts.instances.find((instance) => instance.id === id);

/** Application pods that are kept, those that stand alone first: they have most to prove. */
export function applicationPods(facts: DrillFacts): PodView[] {
  return facts.workloads.pods
    .filter((pod) => !pod.system && pod.ready && isKept(pod))
    .toSorted((one, other) => readyPeers(facts, one) - readyPeers(facts, other) || one.name.localeCompare(other.name));
}

/** Ready pods of the same keeper, itself included. */
export const readyPeers = (facts: DrillFacts, pod: PodView): number =>
  facts.workloads.pods.filter(
    (other) => other.ready && other.keeper === pod.keeper && other.namespace === pod.namespace,
  ).length;
