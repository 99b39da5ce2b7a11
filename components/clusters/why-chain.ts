import { formatMs } from '#components/health/format-ms.ts';
import type { UiState } from '#components/ui/state-shape.tsx';
import type { ClusterView } from '#model/cluster.ts';
import type { InstanceView } from '#model/deployment.ts';
import type { Meltdown, RecoveryView } from '#model/health.ts';
import type { TaskView } from '#model/task.ts';
import { isServing, shownState } from './cluster-state.ts';

/** Something that is not green, told as a chain: cause → evidence → since → what is done about it. */
export type Trouble = {
  key: string;
  /** "worker/4" */
  name: string;
  /** A few words for a list: "worker/4: the VM is off". */
  title: string;
  state: UiState;
  cause: string;
  evidence: string;
  since: string | null;
  /** Milliseconds from the fault to its detection; null when that is not known. */
  detectedMs: number | null;
  doing: string;
  /** The task at work on it. */
  taskId: number | null;
  drillId: number | null;
  /** Of the VM it is about. */
  address: string | null;
};

/** An open alert of the cluster, as far as the chain needs it. */
type OpenAlert = {
  id: number;
  subject: string;
  title: string;
  detail: string;
  openedAt: string;
  handled: boolean;
  drillId: number | null;
};

export type TroubleFacts = {
  cluster: Pick<ClusterView, 'lastAction' | 'lastActionState' | 'lastActionDescription' | 'taskId' | 'name'>;
  /** What the task of the last action said when it failed. */
  actionError: string | null;
  instances: readonly InstanceView[];
  repairs: ReadonlyMap<string, Pick<TaskView, 'id' | 'description'>>;
  /** Recoveries that have not ended. */
  open: readonly RecoveryView[];
  alerts: readonly OpenAlert[];
  resurrects: boolean;
  meltdown: Meltdown | null;
};

/** What is not green about a cluster, most telling first. Pure. */
export function troublesOf(facts: TroubleFacts): Trouble[] {
  const vms = facts.instances.filter((instance) => !isServing(instance) || facts.repairs.has(instance.id));
  const told = vms.map((instance) => troubleOfVm(instance, facts));
  const covered = new Set(vms.map((instance) => instance.id));
  const rest = facts.open
    .filter((recovery) => !covered.has(instanceOf(recovery.subject)))
    .map((recovery) => troubleOfRecovery(recovery));
  const subjects = new Set([...rest.map((trouble) => trouble.key)]);
  const alerts = facts.alerts
    .filter((alert) => !covered.has(instanceOf(alert.subject)) && !subjects.has(alert.subject))
    .map((alert) => troubleOfAlert(alert));
  return [...troubleOfAction(facts), ...told, ...rest, ...alerts];
}

/** Instance id in `instance/<id>` and `process/<id>/<process>`; the subject itself else. */
function instanceOf(subject: string): string {
  const [noun = '', id = ''] = subject.split('/');
  return noun === 'instance' || noun === 'process' ? id : subject;
}

function troubleOfAction({ cluster, actionError }: TroubleFacts): Trouble[] {
  if (cluster.lastActionState === 'succeeded') return [];
  const failed = cluster.lastActionState === 'failed';
  const action = `${cluster.lastAction.toLowerCase()} ${cluster.lastActionState}`;
  return [
    {
      key: 'action',
      name: cluster.name,
      title: `${cluster.name}: ${action}`,
      state: failed ? 'failed' : 'working',
      cause: action,
      evidence: actionError ?? cluster.lastActionDescription,
      since: null,
      detectedMs: null,
      doing: failed ? 'Nothing: it waits for you. Retry goes on from the failed step.' : cluster.lastActionDescription,
      taskId: cluster.taskId,
      drillId: null,
      address: null,
    },
  ];
}

function troubleOfVm(instance: InstanceView, facts: TroubleFacts): Trouble {
  const name = `${instance.group}/${instance.index}`;
  const repair = facts.repairs.get(instance.id) ?? null;
  const recovery = facts.open.find((each) => instanceOf(each.subject) === instance.id);
  const alert = facts.alerts.find((each) => instanceOf(each.subject) === instance.id);
  const cause = recovery?.cause || alert?.title || causeOf(instance);
  return {
    key: instance.id,
    name,
    title: `${name}: ${cause}`,
    state: shownState(instance, repair !== null),
    cause,
    evidence: evidenceOf(instance),
    since: recovery?.beganAt ?? instance.vmHealthSince ?? alert?.openedAt ?? null,
    detectedMs: recovery ? spanOf(recovery.beganAt, recovery.detectedAt) : null,
    doing: doingOf(instance, repair?.description ?? null, recovery, facts),
    taskId: repair?.id ?? recovery?.taskId ?? null,
    drillId: recovery?.drillId ?? alert?.drillId ?? null,
    address: instance.address,
  };
}

function causeOf(instance: InstanceView): string {
  const failing = instance.processes.find((process) => process.state === 'failing');
  if (instance.jobState === 'stopped') return 'a person stopped it';
  if (instance.vmHealthReason && instance.vmHealth !== 'alive') return instance.vmHealthReason;
  if (failing) return `${failing.name} is failing`;
  if (instance.vmCid === null) return 'it has no VM now';
  return instance.jobState === 'starting' ? 'it is starting' : `its agent is ${instance.jobState}`;
}

function evidenceOf(instance: InstanceView): string {
  const failing = instance.processes.find((process) => process.state === 'failing');
  const parts = [
    failing
      ? `${failing.name} failing after ${failing.restarts} restarts${failing.lastExit ? `, last exit: ${failing.lastExit}` : ''}`
      : null,
    instance.vmHealth === 'alive' || instance.vmHealth === 'unknown' ? null : `detector: ${instance.vmHealth}`,
    instance.vmCid === null ? 'no VM carries its name' : `its agent last said: ${instance.jobState}`,
  ];
  return parts.filter(Boolean).join('; ');
}

function doingOf(
  instance: InstanceView,
  repair: string | null,
  recovery: RecoveryView | undefined,
  { resurrects, meltdown, cluster }: TroubleFacts,
): string {
  if (repair !== null) return `${repair.split(':')[0]}: same name, address and disks.`;
  if (instance.jobState === 'stopped') return 'Nothing: it stays stopped until somebody starts it.';
  if (!resurrects) return 'Nothing: resurrection is off here.';
  if (cluster.lastActionState === 'in progress') return 'The running action takes care of it.';
  if (instance.vmHealth === 'partitioned')
    return 'Left alone, because its peers reach it: two of one must never run. It is fenced and repaired if that lasts.';
  if (meltdown) return 'It waits its turn: the meltdown guard lets few repairs run at once.';
  if (recovery?.actedAt) return 'Acted; it is coming back.';
  return instance.vmHealth === 'alive' ? 'Its supervisor starts it again.' : 'Being looked into.';
}

function troubleOfRecovery(recovery: RecoveryView): Trouble {
  const name = recovery.subject.split('/').slice(-1)[0] ?? recovery.subject;
  return {
    key: recovery.subject,
    name,
    title: recovery.title,
    state: recovery.drillId === null ? 'working' : 'drill',
    cause: recovery.cause,
    evidence: recovery.title,
    since: recovery.beganAt,
    detectedMs: spanOf(recovery.beganAt, recovery.detectedAt),
    doing: recovery.actedAt ? 'Acted; it is coming back.' : 'Noticed; nothing had to be done yet.',
    taskId: recovery.taskId,
    drillId: recovery.drillId,
    address: null,
  };
}

function troubleOfAlert(alert: OpenAlert): Trouble {
  return {
    key: alert.subject,
    name: alert.title,
    title: alert.title,
    state: 'attention',
    cause: alert.title,
    evidence: alert.detail,
    since: alert.openedAt,
    detectedMs: null,
    doing: alert.handled ? 'The platform handles it by itself.' : 'Nothing: it waits for a person.',
    taskId: null,
    drillId: alert.drillId,
    address: null,
  };
}

const spanOf = (from: string, to: string | null): number | null =>
  to === null ? null : Math.max(0, Date.parse(to) - Date.parse(from));

/** "detected in 0.4 s"; empty when that is not known. */
export const detectedWords = (trouble: Pick<Trouble, 'detectedMs'>): string =>
  trouble.detectedMs === null ? '' : `detected in ${formatMs(trouble.detectedMs)}`;
