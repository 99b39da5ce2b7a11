import { describe, expect, test } from 'vitest';
import type { DrillSample } from '#model/drill.ts';
import { milliseconds, seconds, victimKey } from './drill-words.ts';
import { mergeSamples, stripPaths } from './strip-columns.ts';
import { outageObjective } from './strip-figures.ts';
import { axisFor, ticksOf, xOf } from './time-axis.ts';

const sample = (at: number, result: DrillSample['result']): DrillSample => ({ at, ms: 5, result });

describe('the time axis', () => {
  test('begins before the injection and holds limits that are near', () => {
    const axis = axisFor({ firstMs: -1500, untilMs: 5200, limitsMs: [1000, 10_000, 600_000] });
    expect(axis.from).toBe(-2000);
    expect(axis.to).toBeGreaterThan(10_000);
    expect(axis.to).toBeLessThan(20_000);
  });

  test('has zero among at most nine ticks, whatever its length', () => {
    for (const untilMs of [0, 8000, 45_000, 200_000, 1_700_000]) {
      const ticks = ticksOf(axisFor({ firstMs: -3000, untilMs, limitsMs: [] }));
      expect(ticks.map((tick) => tick.ms)).toContain(0);
      expect(ticks.length).toBeLessThanOrEqual(9);
    }
  });

  test('keeps what lies outside at its edge', () => {
    expect(xOf({ from: 0, to: 10 }, -5)).toBe(0);
    expect(xOf({ from: 0, to: 10 }, 50)).toBe(100);
  });
});

describe('a strip', () => {
  const axis = { from: 0, to: 10_000 };

  test('draws each result as a column of its own shape', () => {
    const paths = stripPaths([sample(0, 'ok'), sample(100, 'slow'), sample(200, 'fail')], axis, 28);
    expect(paths.ok).toBe('M5.0 24V3');
    expect(paths.slow).toBe('M15.0 24V14');
    expect(paths.fail).toBe('M25.0 25v3');
  });

  test('shows the worst of many samples that share a column: a failure is never averaged away', () => {
    const hour = { from: 0, to: 3_600_000 };
    const samples = Array.from({ length: 100 }, (_, index) => sample(index * 100, index === 50 ? 'fail' : 'ok'));
    const paths = stripPaths(samples, hour, 28);
    expect(paths.fail.match(/M/g)).toHaveLength(1);
    expect(paths.ok).toBe('');
  });

  test('grows by what is new and replaces a second that was not whole', () => {
    const known = [sample(0, 'ok'), sample(1000, 'ok')];
    const fresh = [sample(1000, 'ok'), sample(1100, 'fail')];
    expect(mergeSamples(known, fresh).map((each) => each.at)).toEqual([0, 1000, 1100]);
    expect(mergeSamples(known, [])).toEqual(known);
  });
});

describe('limits', () => {
  const service = { id: 's', kind: 'service', name: 's', target: '' } as const;

  test('judge a service only where copies survive the fault, as the report does', () => {
    expect(outageObjective({ ...service, replicas: 2, surviving: 1 })).toBe('serviceOutageMs');
    expect(outageObjective({ ...service, replicas: 1, surviving: 0 })).toBeNull();
    expect(outageObjective({ ...service, replicas: 2, surviving: 0 })).toBeNull();
    expect(outageObjective({ ...service, kind: 'data' })).toBeNull();
    expect(outageObjective({ ...service, kind: 'api-write' })).toBe('apiWriteOutageMs');
  });
});

describe('numbers and names', () => {
  test('have the digits that count', () => {
    expect([412, 2940, 41_200, 412_000].map(seconds)).toEqual(['0.41', '2.9', '41.2', '412']);
    expect(milliseconds(12_900)).toBe('12\u202f900 ms');
  });

  test('of two victims are the same whatever the order of their fields', () => {
    expect(victimKey({ type: 'az', az: 'az1' })).toBe(victimKey({ az: 'az1', type: 'az' }));
    expect(victimKey({ type: 'az', az: 'az1' })).not.toBe(victimKey({ type: 'az', az: 'az2' }));
  });
});
