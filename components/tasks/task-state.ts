import type { UiState } from '#components/ui/state-shape.tsx';
import type { StepState, TaskLaneView, TaskStageView, TaskState, TaskView } from '#model/task.ts';

/** How a task's state is shown: shape and word. */
export const TASK_SHOWN = {
  queued: { state: 'working', word: 'Queued' },
  running: { state: 'working', word: 'Working' },
  cancelling: { state: 'working', word: 'Cancelling' },
  succeeded: { state: 'done', word: 'Succeeded' },
  failed: { state: 'failed', word: 'Failed' },
  cancelled: { state: 'stopped', word: 'Cancelled' },
} as const satisfies Record<TaskState, { state: UiState; word: string }>;

export const STEP_SHOWN = {
  waiting: 'waiting',
  running: 'working',
  done: 'done',
  failed: 'failed',
  skipped: 'stopped',
} as const satisfies Record<StepState, UiState>;

export const isOver = (state: TaskState): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'cancelled';

/** One lane (an instance) as one block: the worst of its steps wins, done only when all are. */
export function laneState(lane: TaskLaneView): StepState {
  const states = lane.steps.map((step) => step.state);
  if (states.includes('failed')) return 'failed';
  if (states.includes('running')) return 'running';
  if (states.every((state) => state === 'done' || state === 'skipped')) return 'done';
  return states.includes('done') ? 'running' : 'waiting';
}

/** The step a lane is at: the failed or running one, else the next, else the last. */
export function currentStep(lane: TaskLaneView) {
  const busy =
    lane.steps.find((step) => step.state === 'failed') ?? lane.steps.find((step) => step.state === 'running');
  return busy ?? lane.steps.find((step) => step.state === 'waiting') ?? lane.steps.at(-1) ?? null;
}

/** Share of steps that are done, 0–100; moves only when work moved. */
export function progressPercent(stages: readonly TaskStageView[]): number {
  const steps = stages.flatMap((stage) => stage.lanes.flatMap((lane) => lane.steps));
  if (steps.length === 0) return 0;
  return Math.round(
    (steps.filter((step) => step.state === 'done' || step.state === 'skipped').length / steps.length) * 100,
  );
}

/** Figures of the header: which stage, how many instances are through. */
export function figuresOf(task: TaskView) {
  const at = task.stages.findIndex((stage) => stage.state === 'running' || stage.state === 'failed');
  const done = task.stages.filter((stage) => stage.state === 'done' || stage.state === 'skipped').length;
  const stage = at >= 0 ? task.stages[at] : task.stages[Math.min(done, task.stages.length - 1)];
  const lanes = new Map<string, boolean>();
  for (const lane of task.stages.flatMap((each) => each.lanes)) {
    if (!lane.subject.includes('/')) continue;
    lanes.set(lane.subject, (lanes.get(lane.subject) ?? true) && laneState(lane) === 'done');
  }
  return {
    step: Math.min(task.stages.length, (at >= 0 ? at : done) + (at >= 0 || done < task.stages.length ? 1 : 0)),
    steps: task.stages.length,
    stage: stage?.title ?? null,
    instances: lanes.size,
    instancesDone: [...lanes.values()].filter(Boolean).length,
  };
}
