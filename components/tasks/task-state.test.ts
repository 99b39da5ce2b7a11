import { describe, expect, it } from 'vitest';
import type { StepState, TaskLaneView, TaskStageView } from '#model/task.ts';
import { currentStep, laneState, progressPercent } from './task-state.ts';

const lane = (...states: StepState[]): TaskLaneView => ({
  subject: 'worker/0',
  az: 'az1',
  steps: states.map((state, seq) => ({
    seq,
    kind: 'create-vm',
    title: `step ${seq}`,
    state,
    startedAt: null,
    finishedAt: null,
    error: null,
  })),
});
const stage = (...lanes: TaskLaneView[]): TaskStageView => ({
  seq: 0,
  title: 's',
  state: 'running',
  startedAt: null,
  finishedAt: null,
  medianMs: null,
  lanes,
});

describe('laneState', () => {
  it('shows the worst step, and a lane between two steps as running', () => {
    expect(laneState(lane('done', 'failed', 'running'))).toBe('failed');
    expect(laneState(lane('done', 'waiting'))).toBe('running');
    expect(laneState(lane('done', 'skipped'))).toBe('done');
    expect(laneState(lane('waiting', 'waiting'))).toBe('waiting');
  });
});

describe('currentStep', () => {
  it('is the failed step before the running one, and the next one between two', () => {
    expect(currentStep(lane('done', 'running', 'failed'))?.seq).toBe(2);
    expect(currentStep(lane('done', 'waiting', 'waiting'))?.seq).toBe(1);
    expect(currentStep(lane('done', 'done'))?.seq).toBe(1);
  });
});

describe('progressPercent', () => {
  it('counts steps, not stages, and is 0 before a plan exists', () => {
    expect(progressPercent([])).toBe(0);
    expect(progressPercent([stage(lane('done', 'done', 'running')), stage(lane('waiting'))])).toBe(50);
  });
});
