import type { UiState } from '#components/ui/state-shape.tsx';
import type { AlertView } from '#model/alert.ts';
import { assertNever } from '#model/assert-never.ts';
import type { DrillView } from '#model/drill.ts';
import type { MarkView, RecoveryView } from '#model/health.ts';
import type { TaskView } from '#model/task.ts';
import { formatMs } from './format-ms.ts';
import { recoveryMs } from './objectives.ts';

/** Lanes of a timeline, from what people did to what happened to machines. */
export const TIMELINE_LANES = ['Alerts', 'Changes', 'Drills', 'Pods', 'Processes', 'VMs', 'AZs'] as const;
export type TimelineLane = (typeof TIMELINE_LANES)[number];

/** Something on a time axis: a point (`to` equals `from`) or a span; `to` is null while it lasts. Times in ms since 1970. */
export type TimelineItem = {
  id: string;
  lane: TimelineLane;
  from: number;
  to: number | null;
  state: UiState;
  title: string;
  detail: string;
  /** Page that tells more. */
  target: { kind: 'task' | 'drill' | 'alert'; id: number } | null;
};

const at = (iso: string): number => Date.parse(iso);
const maybe = (iso: string | null): number | null => (iso === null ? null : Date.parse(iso));

export function alertItem(alert: AlertView): TimelineItem {
  const bad = alert.severity === 'critical' || alert.severity === 'error';
  const open: UiState = bad ? 'failed' : 'attention';
  return {
    id: `alert-${alert.id}`,
    lane: 'Alerts',
    from: at(alert.openedAt),
    to: maybe(alert.resolvedAt),
    state: alert.drillId === null ? open : 'drill',
    title: alert.title,
    detail: `${alert.severity}, ${alert.state}`,
    target: { kind: 'alert', id: alert.id },
  };
}

const TASK_STATES = {
  queued: 'working',
  running: 'working',
  cancelling: 'working',
  succeeded: 'done',
  failed: 'failed',
  cancelled: 'stopped',
} as const satisfies Record<TaskView['state'], UiState>;

export function taskItem(task: TaskView): TimelineItem {
  return {
    id: `task-${task.id}`,
    lane: 'Changes',
    from: at(task.startedAt ?? task.createdAt),
    to: maybe(task.finishedAt),
    state: TASK_STATES[task.state],
    title: task.description,
    detail: `${task.state}, by ${task.user}`,
    target: { kind: 'task', id: task.id },
  };
}

export function drillItem(drill: DrillView): TimelineItem {
  return {
    id: `drill-${drill.id}`,
    lane: 'Drills',
    from: at(drill.injectedAt ?? drill.createdAt),
    to: maybe(drill.endedAt),
    state: 'drill',
    title: `${drill.kind.replaceAll('-', ' ')}${drill.verdict ? `, ${drill.verdict}` : ''}`,
    detail: drill.summary,
    target: { kind: 'drill', id: drill.id },
  };
}

const RECOVERY_LANES = { pod: 'Pods', process: 'Processes', vm: 'VMs', az: 'AZs' } as const satisfies Record<
  RecoveryView['layer'],
  TimelineLane
>;

export function recoveryItem(recovery: RecoveryView): TimelineItem {
  const ms = recoveryMs(recovery);
  const ended: UiState = ms === null ? 'working' : 'done';
  return {
    id: `recovery-${recovery.id}`,
    lane: RECOVERY_LANES[recovery.layer],
    from: at(recovery.beganAt),
    to: maybe(recovery.recoveredAt),
    state: recovery.drillId === null ? ended : 'drill',
    title: recovery.title,
    detail: `${recovery.cause}${ms === null ? '; under way' : `; back after ${formatMs(ms)}`}`,
    target: targetOf(recovery),
  };
}

function targetOf(recovery: RecoveryView): TimelineItem['target'] {
  if (recovery.drillId !== null) return { kind: 'drill', id: recovery.drillId };
  return recovery.taskId === null ? null : { kind: 'task', id: recovery.taskId };
}

export function markItem(mark: MarkView): TimelineItem {
  const from = at(mark.at);
  return {
    id: `mark-${mark.id}`,
    lane: laneOfMark(mark.lane),
    from,
    to: from,
    state: stateOfMark(mark),
    title: mark.title,
    detail: mark.phase === 'note' ? mark.lane : `${mark.lane}, ${mark.phase}`,
    target: mark.drillId === null ? null : { kind: 'drill', id: mark.drillId },
  };
}

function laneOfMark(lane: MarkView['lane']): TimelineLane {
  switch (lane) {
    case 'pod':
    case 'node':
      return 'Pods';
    case 'process':
      return 'Processes';
    case 'vm':
      return 'VMs';
    case 'az':
      return 'AZs';
    case 'alert':
      return 'Alerts';
    case 'change':
      return 'Changes';
    case 'drill':
      return 'Drills';
    default:
      return assertNever(lane);
  }
}

function stateOfMark(mark: MarkView): UiState {
  if (mark.drillId !== null) return 'drill';
  switch (mark.phase) {
    case 'injected':
      return 'drill';
    case 'detected':
      return 'attention';
    case 'acting':
      return 'working';
    case 'recovered':
      return 'done';
    case 'note':
      return 'waiting';
    default:
      return assertNever(mark.phase);
  }
}
