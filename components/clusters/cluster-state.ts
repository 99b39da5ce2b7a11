import type { UiState } from '#components/ui/state-shape.tsx';
import type { ClusterView } from '#model/cluster.ts';
import type { InstanceView } from '#model/deployment.ts';
import { type InstanceState, type InstanceSummary, instanceState } from '#model/instance-state.ts';

export const INSTANCE_SHOWN = {
  running: 'running',
  working: 'working',
  failed: 'failed',
  stopped: 'stopped',
  absent: 'waiting',
  unknown: 'unknown',
} as const satisfies Record<InstanceState, UiState>;

/** How one VM is shown: what the detector holds of it goes before what its agent last said, a task at work on it before both. */
export function shownState(
  instance: Pick<InstanceView, 'jobState' | 'vmCid' | 'vmHealth'>,
  isRepaired = false,
): UiState {
  if (isRepaired) return 'working';
  const said = INSTANCE_SHOWN[instanceState(instance)];
  if (said === 'stopped') return said;
  if (instance.vmHealth === 'dead' || instance.vmHealth === 'hung') return 'failed';
  return instance.vmHealth === 'partitioned' ? 'attention' : said;
}

/** Its VM is there and its jobs run. */
export const isServing = (instance: Pick<InstanceView, 'jobState' | 'vmCid' | 'vmHealth'>): boolean =>
  shownState(instance) === 'running';

/** State of one cluster from its VMs as they are shown; a VM that is being repaired makes it Working as long as all else is good. */
export function stateOfCluster(
  cluster: Pick<ClusterView, 'lastActionState'>,
  instances: readonly InstanceView[],
  repaired: ReadonlySet<string>,
): UiState {
  const states = instances.map((instance) => shownState(instance, repaired.has(instance.id)));
  const count = (...wanted: UiState[]) => states.filter((state) => wanted.includes(state)).length;
  const state = clusterState(cluster, {
    total: states.length,
    running: count('running'),
    failed: count('failed'),
    unknown: count('unknown'),
  });
  return state === 'attention' && count('running', 'working') === states.length ? 'working' : state;
}

/** State of a cluster from its last action and its instances; green only when both are good. */
export function clusterState(
  cluster: Pick<ClusterView, 'lastActionState'>,
  summary: Pick<InstanceSummary, 'total' | 'running' | 'failed' | 'unknown'> | undefined,
): UiState {
  if (cluster.lastActionState === 'in progress' || cluster.lastActionState === 'queued') return 'working';
  if (cluster.lastActionState === 'failed') return 'failed';
  if (!summary || summary.total === 0) return 'unknown';
  if (summary.running === summary.total) return 'running';
  if (summary.running === 0) return summary.unknown > 0 ? 'unknown' : 'failed';
  return 'attention';
}

/** Worst first, as lists show clusters. */
export const STATE_ORDER: readonly UiState[] = [
  'failed',
  'attention',
  'drill',
  'working',
  'waiting',
  'unknown',
  'stopped',
  'unset',
  'running',
];

/** One AZ of the topology with its instances, masters first. */
export type AzColumn = { az: string; state: UiState; masters: InstanceView[]; workers: InstanceView[] };

/** `repaired`: ids of instances that a task is at work on. */
export function azColumns(instances: readonly InstanceView[], repaired: ReadonlySet<string> = new Set()): AzColumn[] {
  return [...Map.groupBy(instances, (instance) => instance.az)]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([az, inAz]) => ({
      az,
      state: worstOf(inAz.map((instance) => shownState(instance, repaired.has(instance.id)))),
      masters: inAz.filter((instance) => instance.group === 'master'),
      workers: inAz.filter((instance) => instance.group !== 'master'),
    }));
}

function worstOf(states: readonly UiState[]): UiState {
  return STATE_ORDER.find((candidate) => states.includes(candidate)) ?? 'unknown';
}
