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

/** State of a cluster from its last action and its instances; green only when both are good. */
export function clusterState(
  cluster: Pick<ClusterView, 'lastActionState'>,
  summary: InstanceSummary | undefined,
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

export function azColumns(instances: readonly InstanceView[]): AzColumn[] {
  return [...Map.groupBy(instances, (instance) => instance.az)]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([az, inAz]) => ({
      az,
      state: worstOf(inAz.map(instanceState)),
      masters: inAz.filter((instance) => instance.group === 'master'),
      workers: inAz.filter((instance) => instance.group !== 'master'),
    }));
}

function worstOf(states: readonly InstanceState[]): UiState {
  const worst = STATE_ORDER.find((candidate) => states.some((state) => INSTANCE_SHOWN[state] === candidate));
  return worst ?? 'unknown';
}

/** The verdict in words: what serves, what does not, what is being done. */
export function verdictOf(cluster: ClusterView, instances: readonly InstanceView[]): { lead: string; rest: string } {
  const of = (group: string) => {
    const members = instances.filter((instance) => instance.group === group);
    return `${members.filter((member) => instanceState(member) === 'running').length} of ${members.length} ${group}${members.length === 1 ? '' : 's'}`;
  };
  const counts = instances.length === 0 ? 'no VM yet' : `${of('master')}, ${of('worker')}`;
  if (cluster.lastActionState === 'failed')
    return { lead: 'Needs you.', rest: `${counts}. ${cluster.lastActionDescription}` };
  if (cluster.lastActionState !== 'succeeded')
    return { lead: `${cluster.lastActionDescription}.`, rest: `${counts} running.` };
  const broken = instances.filter((instance) => instanceState(instance) !== 'running');
  if (instances.length > 0 && broken.length === 0) return { lead: 'Healthy.', rest: `${counts} running.` };
  const names = broken.slice(0, 3).map((instance) => `${instance.group}/${instance.index}`);
  const more = broken.length > names.length ? ` and ${broken.length - names.length} more` : '';
  const serves = instances.some((instance) => instance.group === 'master' && instanceState(instance) === 'running');
  return {
    lead: serves ? 'Serving.' : 'Not serving.',
    rest: `${counts} running; not green: ${names.join(', ')}${more}.`,
  };
}
