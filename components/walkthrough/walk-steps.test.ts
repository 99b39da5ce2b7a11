import { describe, expect, test } from 'vitest';
import { DRILL_LAYER, type DrillKind, type DrillView, type Verdict } from '#model/drill.ts';
import { walkSteps } from './walk-steps.ts';

const NOW = Date.parse('2028-03-04T12:00:00Z');

function run(id: number, kind: DrillKind, verdict: Verdict | null, createdAt = '2028-03-04T11:00:00Z'): DrillView {
  return {
    id,
    kind,
    layer: DRILL_LAYER[kind],
    cluster: 'demo',
    deployment: 'service-instance_1',
    victim: { type: 'az', az: 'az1' },
    state: verdict === null ? 'running' : 'ended',
    verdict,
    summary: '',
    user: 'mei',
    reason: '',
    taskId: null,
    objectives: {
      detectMs: null,
      podsBackMs: null,
      capacityBackMs: null,
      apiReadOutageMs: null,
      apiWriteOutageMs: null,
      serviceOutageMs: null,
      writesLost: null,
    },
    createdAt,
    injectedAt: null,
    endedAt: null,
    undoAt: null,
    undone: true,
    times: { detectedMs: null, actingMs: null, podsBackMs: null, capacityBackMs: null },
    figures: [],
  };
}

const statesOf = (drills: DrillView[], since: number | null = 0, open = true) =>
  walkSteps(drills, { since, now: NOW }, open).map((step) => step.state);

describe('the walk-through', () => {
  test('unlocks one step after the other', () => {
    expect(statesOf([])).toEqual(['ready', 'locked', 'locked', 'locked']);
    expect(statesOf([run(1, 'delete-pod', 'PASS')])).toEqual(['done', 'ready', 'locked', 'locked']);
    expect(statesOf([run(1, 'delete-pod', 'PASS'), run(2, 'vm-off', null)])).toEqual([
      'done',
      'running',
      'locked',
      'locked',
    ]);
  });

  test('waits for the sample and its data', () => {
    expect(statesOf([], 0, false)).toEqual(['locked', 'locked', 'locked', 'locked']);
  });

  test('counts a drill that missed a limit, but none that was stopped or proved nothing', () => {
    expect(statesOf([run(1, 'delete-pod', 'FAIL')])[0]).toBe('done');
    expect(statesOf([run(1, 'delete-pod', 'STOPPED')])[0]).toBe('failed');
    expect(statesOf([run(1, 'delete-pod', 'NOT DETECTED')])[0]).toBe('failed');
    expect(statesOf([run(1, 'delete-pod', 'PASS'), run(2, 'delete-pod', 'STOPPED')])[0]).toBe('done');
  });

  test('begins where its address says, or with the last day', () => {
    const drills = [run(1, 'delete-pod', 'PASS'), run(2, 'vm-off', 'PASS', '2028-03-01T11:00:00Z')];
    expect(statesOf(drills, 1)).toEqual(['ready', 'done', 'locked', 'locked']);
    expect(statesOf(drills, null)).toEqual(['done', 'ready', 'locked', 'locked']);
  });
});
