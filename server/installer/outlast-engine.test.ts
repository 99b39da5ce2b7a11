import { describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '#server/platform/clock.ts';
import { TesseraError } from '#server/platform/error.ts';
import { outlastEngine } from './outlast-engine.ts';

const away = () => new TesseraError('cpi_unavailable', 'The container engine does not answer.');

function surroundings() {
  let now = 0;
  const lines: string[] = [];
  const clock: Clock = {
    ...systemClock,
    monotonic: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
  const log = async (line: string) => {
    lines.push(line);
  };
  return { clock, log, signal: new AbortController().signal, lines, elapsedMs: () => now };
}

describe('a step while the container engine is away', () => {
  test('is run again until the engine is back, and the log says once why', async () => {
    const around = surroundings();
    let calls = 0;
    await outlastEngine(around, async () => {
      calls += 1;
      if (calls < 4) throw away();
    });
    expect(calls).toBe(4);
    expect(around.lines).toEqual(['The container engine does not answer. Trying for 15 s.']);
  });

  test('fails with the sentence of the engine when it stays away', async () => {
    const around = surroundings();
    const failing = outlastEngine(around, async () => {
      throw away();
    });
    await expect(failing).rejects.toMatchObject({ code: 'cpi_unavailable' });
    expect(around.elapsedMs()).toBeGreaterThanOrEqual(15_000);
    expect(around.elapsedMs()).toBeLessThan(17_000);
  });

  test('passes every other failure on at once', async () => {
    const around = surroundings();
    const failing = outlastEngine(around, async () => {
      throw new TesseraError('disk_full', 'The disk is full.');
    });
    await expect(failing).rejects.toMatchObject({ code: 'disk_full' });
    expect(around.elapsedMs()).toBe(0);
  });
});
