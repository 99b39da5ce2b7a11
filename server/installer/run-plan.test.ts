import { expect, test } from 'vitest';
import { type PlanDriver, runPlan } from './run-plan.ts';

function recorder(options: { failAt?: number[]; cancelAfter?: number } = {}): PlanDriver & { calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    runStep: async (seq) => {
      calls.push(`step ${seq}`);
      await Promise.resolve();
      if (options.failAt?.includes(seq)) throw new Error(`step ${seq} broke`);
    },
    beginStage: async (seq) => void calls.push(`begin ${seq}`),
    endStage: async (seq) => void calls.push(`end ${seq}`),
    isCancelled: async () =>
      options.cancelAfter !== undefined &&
      calls.filter((call) => call.startsWith('step')).length >= options.cancelAfter,
  };
}

const twoLanes = [
  { seq: 0, batches: [[[0], [1]]] },
  {
    seq: 1,
    batches: [
      [
        [2, 3],
        [4, 5],
      ],
      [[6, 7]],
    ],
  },
];

test('lanes of a batch go side by side in waves; batches and stages one after another', async () => {
  const driver = recorder();
  expect((await runPlan(twoLanes, driver)).outcome).toBe('succeeded');
  expect(driver.calls).toEqual([
    'begin 0',
    'step 0',
    'step 1',
    'end 0',
    'begin 1',
    'step 2',
    'step 4',
    'step 3',
    'step 5',
    'step 6',
    'step 7',
    'end 1',
  ]);
});

test('a failed lane stops, its neighbour finishes, no later batch begins', async () => {
  const driver = recorder({ failAt: [2] });
  const result = await runPlan(twoLanes, driver);
  expect(result.outcome).toBe('failed');
  expect(result.errors.map(String)).toEqual(['Error: step 2 broke']);
  expect(driver.calls).toEqual(['begin 0', 'step 0', 'step 1', 'end 0', 'begin 1', 'step 2', 'step 4', 'step 5']);
});

test('a cancelled run stops at the next safe point', async () => {
  const driver = recorder({ cancelAfter: 4 });
  expect((await runPlan(twoLanes, driver)).outcome).toBe('cancelled');
  expect(driver.calls.at(-1)).toBe('step 4');
});
