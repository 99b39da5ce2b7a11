import type { Objectives } from '#model/drill.ts';
import type { PodView } from '#model/workload.ts';
import { applicationPods, type DrillFacts, type Hits, mastersOf, movingPods, workersOf } from './drill-facts.ts';

/** A fault outside the control plane does not touch the API. */
const UNTOUCHED: Objectives = {
  detectMs: 1000,
  podsBackMs: null,
  capacityBackMs: null,
  apiReadOutageMs: 1000,
  apiWriteOutageMs: 1000,
  serviceOutageMs: 1000,
  writesLost: 0,
};
const MOVE_MS = 4000;
/** Within MOVE_MS; what a pod needs beyond it, by its last start, is its own and not the platform's. */
const QUICK_START_MS = 2000;
const REPLACE_MS = 10_000;
/** A master brings its etcd member along. */
const REPLACE_MASTER_MS = 20_000;

export const objectivesOf = (changes: Partial<Objectives>): Objectives => ({ ...UNTOUCHED, ...changes });

/** API outages while another master takes over, or while the only one starts again. */
export function apiOutages(facts: DrillFacts): Pick<Objectives, 'apiReadOutageMs' | 'apiWriteOutageMs'> {
  return mastersOf(facts).length > 1
    ? { apiReadOutageMs: 1200, apiWriteOutageMs: 1600 }
    : { apiReadOutageMs: 3000, apiWriteOutageMs: 3000 };
}

/** Objectives of a VM that is gone: pods elsewhere, VM replaced. Without another worker pods wait for the VM. */
export function objectivesOfLostVm(facts: DrillFacts, hits: Hits, detectMs: number): Objectives {
  const isMaster = hits.members > 0;
  const left = workersOf(facts).filter((worker) => !hits.instances.includes(worker));
  const capacityBackMs = (isMaster ? REPLACE_MASTER_MS : REPLACE_MS) + detectMs - 1000;
  const pods = hitApplications(facts, hits);
  const moveMs = moveWithin(pods);
  const moves = left.length > 0 ? moveMs + detectMs - 1000 : capacityBackMs + moveMs;
  return objectivesOf({
    detectMs,
    podsBackMs: pods.length > 0 ? moves : null,
    capacityBackMs,
    serviceOutageMs: 1000 + detectMs,
    ...(isMaster ? apiOutages(facts) : {}),
  });
}

/** How soon pods like these are Ready again elsewhere. */
export const moveWithin = (pods: readonly PodView[]): number => MOVE_MS + ownStart(pods);

/** What the slowest of these pods needs itself, in ms, beyond what a pod usually takes. */
export const ownStart = (pods: readonly PodView[]): number =>
  Math.max(0, ...pods.map(({ startMs }) => (startMs ?? 0) - QUICK_START_MS));

/** Application pods on VMs that are hit, which somebody starts elsewhere. */
export function hitApplications(facts: DrillFacts, hits: Hits): PodView[] {
  const uids = new Set(applicationPods(facts).map((pod) => pod.uid));
  return hits.instances.flatMap((vm) => movingPods(facts, vm.node)).filter((pod) => uids.has(pod.uid));
}
