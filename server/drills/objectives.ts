import type { Objectives } from '#model/drill.ts';
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
  const moves = left.length > 0 ? MOVE_MS + detectMs - 1000 : capacityBackMs + MOVE_MS;
  return objectivesOf({
    detectMs,
    podsBackMs: hits.instances.some((vm) => hasApplication(facts, vm.node)) ? moves : null,
    capacityBackMs,
    serviceOutageMs: 1000 + detectMs,
    ...(isMaster ? apiOutages(facts) : {}),
  });
}

const hasApplication = (facts: DrillFacts, node: string): boolean => {
  const uids = new Set(applicationPods(facts).map((pod) => pod.uid));
  return movingPods(facts, node).some((pod) => uids.has(pod.uid));
};
