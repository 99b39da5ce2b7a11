import { expect, test } from 'vitest';
import type { Clock } from '#server/platform/clock.ts';
import { clockWentBack } from './watch-clock.ts';

/** A clock whose wall time is moved by `jumps`, one each second, in ms. */
function jumping(jumps: number[], stop: AbortController): Clock {
  let monotonic = 0;
  let offset = 0;
  return {
    now: () => new Date(monotonic + offset),
    monotonic: () => monotonic,
    sleep: async (ms) => {
      const jump = jumps.shift();
      if (jump === undefined) stop.abort();
      stop.signal.throwIfAborted();
      monotonic += ms;
      offset += jump ?? 0;
    },
  };
}

const DAY_MS = 86_400_000;

test.each([
  ['a jump back by a day', [0, -DAY_MS, 0], DAY_MS],
  ['a jump forward and back', [DAY_MS, 0, -DAY_MS], DAY_MS],
  ['corrections of a second each', [-1000, -1000, -1000, -1000, -1000, -1000, -1000], null],
  ['a jump forward', [DAY_MS], null],
])('%s', async (_what, jumps, expected) => {
  const stop = new AbortController();
  expect(await clockWentBack(jumping(jumps, stop), stop.signal)).toBe(expected);
});
