import { count } from '#components/ui/format-time.ts';
import type { ClusterView } from '#model/cluster.ts';
import type { InstanceView } from '#model/deployment.ts';
import { quorumOf } from '#model/quorum.ts';
import { isServing } from './cluster-state.ts';

export type Verdict = { lead: string; rest: string };

/** What is known beside the VMs. `repaired`: instances that a task is at work on. `podsOn`: pods seen on a VM now. */
type Surroundings = { repaired: ReadonlySet<string>; resurrects: boolean; podsOn: ReadonlyMap<string, number> | null };

const ALONE: Surroundings = { repaired: new Set(), resurrects: true, podsOn: null };
const MOST_NAMED = 3;

/** The verdict in words: what serves, what does not, what is being done about it. Pure. */
export function verdictOf(
  cluster: Pick<ClusterView, 'lastActionState' | 'lastActionDescription'>,
  instances: readonly InstanceView[],
  around: Surroundings = ALONE,
): Verdict {
  const counts = instances.length === 0 ? 'No VM yet' : `${upOf(instances, 'master')}, ${upOf(instances, 'worker')}`;
  if (cluster.lastActionState === 'failed')
    return { lead: 'Needs you.', rest: `${counts}. ${cluster.lastActionDescription}` };
  if (cluster.lastActionState !== 'succeeded') return { lead: `${cluster.lastActionDescription}.`, rest: `${counts}.` };
  const broken = instances.filter((instance) => !isServing(instance) || around.repaired.has(instance.id));
  if (instances.length > 0 && broken.length === 0) return { lead: 'Healthy.', rest: `${counts}.` };
  const named = broken.slice(0, MOST_NAMED).map((instance) => clauseOf(instance, around));
  const more = broken.length > named.length ? `; ${count(broken.length - named.length, 'more VM')} not green` : '';
  return { lead: leadOf(instances), rest: `${counts}${named.length > 0 ? `; ${named.join('; ')}` : ''}${more}.` };
}

const nameOf = (instance: Pick<InstanceView, 'group' | 'index'>): string => `${instance.group}/${instance.index}`;

function upOf(instances: readonly InstanceView[], group: 'master' | 'worker'): string {
  const members = instances.filter((instance) => (instance.group === 'master') === (group === 'master'));
  return `${members.filter(isServing).length} of ${count(members.length, group)}`;
}

function leadOf(instances: readonly InstanceView[]): string {
  const masters = instances.filter((instance) => instance.group === 'master');
  const workers = instances.filter((instance) => instance.group !== 'master');
  const quorum = quorumOf(masters.filter(isServing).length, masters.length);
  if (masters.length > 1 && !quorum.isHeld) return 'No quorum: what runs goes on, nothing can be changed.';
  if (!quorum.isHeld) return 'The API does not serve.';
  return workers.length > 0 && !workers.some(isServing) ? 'No worker serves.' : 'Serving.';
}

/** "worker/4 is being replaced and its pods already run elsewhere" */
function clauseOf(instance: InstanceView, around: Surroundings): string {
  const name = nameOf(instance);
  if (around.repaired.has(instance.id)) {
    const isEmpty = instance.group !== 'master' && around.podsOn !== null && !around.podsOn.get(instance.id);
    return `${name} is being repaired${isEmpty ? ' and its pods already run elsewhere' : ''}`;
  }
  if (instance.jobState === 'stopped') return `${name} is stopped`;
  const failing = instance.processes.find((process) => process.state === 'failing');
  const isMissed = instance.vmHealth !== 'alive' && instance.vmHealth !== 'unknown';
  if (isMissed) return `${name} is ${instance.vmHealth}${around.resurrects ? '' : ' and repair is off'}`;
  if (failing) return `${failing.name} of ${name} fails`;
  if (instance.vmCid === null) return `${name} has no VM`;
  return instance.jobState === 'starting' ? `${name} is starting` : `${name} is not heard`;
}
