import { z } from 'zod';

export const TASK_KINDS = [
  'apply-changes',
  'create-cluster',
  'resize-cluster',
  'delete-cluster',
  'build-stemcell',
  'repair-instance',
  'move-home',
  'change-instance',
  'deploy-sample',
  'remove-sample',
  'run-drill',
  'switch-az',
] as const;
export const TaskKind = z.enum(TASK_KINDS);
export type TaskKind = z.infer<typeof TaskKind>;

export const TASK_STATES = ['queued', 'running', 'cancelling', 'succeeded', 'failed', 'cancelled'] as const;
export const TaskState = z.enum(TASK_STATES);
export type TaskState = z.infer<typeof TaskState>;

export const STEP_STATES = ['waiting', 'running', 'done', 'failed', 'skipped'] as const;
export const StepState = z.enum(STEP_STATES);
export type StepState = z.infer<typeof StepState>;

/** Which action a task's state allows; the server enforces it, pages read it. */
export const canTask = {
  cancel: (state: TaskState): boolean => state === 'queued' || state === 'running',
  retry: (state: TaskState): boolean => state === 'failed' || state === 'cancelled',
} as const;

export type TaskStepView = {
  seq: number;
  kind: string;
  title: string;
  state: StepState;
  startedAt: string | null;
  finishedAt: string | null;
  error: string | null;
};
export type TaskLaneView = { subject: string; az: string | null; steps: TaskStepView[] };
export type TaskStageView = {
  seq: number;
  title: string;
  state: StepState;
  startedAt: string | null;
  finishedAt: string | null;
  /** Median of earlier runs in ms; null without history. */
  medianMs: number | null;
  lanes: TaskLaneView[];
};

/** A task as the progress page, the CLI and REST show it. `eta` is remaining time in ms (p50–p95 of history), null without history. */
export type TaskView = {
  id: number;
  kind: TaskKind;
  subject: string;
  description: string;
  state: TaskState;
  user: string;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  attempt: number;
  error: string | null;
  stages: TaskStageView[];
  eta: { p50Ms: number; p95Ms: number; runs: number } | null;
};

export type TaskLogLine = { seq: number; at: string; level: 'info' | 'warn' | 'error'; subject: string; line: string };
