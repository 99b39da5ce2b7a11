import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MeltdownSettings } from '#model/health.ts';
import { type Counted, judgeMeltdown } from './meltdown.ts';

const SETTINGS = MeltdownSettings.parse({});
const NONE: ReadonlySet<string> = new Set();

/** `dead` of `count` instances of a group are down since a second, spread over the AZs in turn. */
const group = (name: string, count: number, dead: number, azs = ['az1', 'az2', 'az3']): Counted[] =>
  Array.from({ length: count }, (_, index) => ({
    deployment: 'blue',
    group: name,
    az: azs[index % azs.length] ?? 'az1',
    downMs: index < dead ? 1000 : null,
  }));
const cluster = (masters: number, workers: number): Counted[] => [
  ...group('master', 3, masters),
  ...group('worker', 9, workers),
];

describe('the meltdown guard', () => {
  test('is calm when nothing, one master, or two workers are down', () => {
    expect(judgeMeltdown(cluster(0, 0), SETTINGS, NONE)).toBeNull();
    expect(judgeMeltdown(cluster(1, 0), SETTINGS, NONE)).toBeNull();
    expect(judgeMeltdown(cluster(0, 2), SETTINGS, NONE)).toBeNull();
    expect(judgeMeltdown(group('master', 1, 1), SETTINGS, NONE)).toBeNull();
  });

  test('sees the fleet: five down and a fifth of all', () => {
    expect(judgeMeltdown(cluster(0, 5), SETTINGS, NONE)).toEqual({
      rule: 'fleet',
      scope: 'the fleet',
      down: 5,
      total: 12,
    });
    expect(judgeMeltdown([...cluster(0, 5), ...group('other', 40, 0)], SETTINGS, NONE)).not.toMatchObject({
      rule: 'fleet',
    });
  });

  test('sees the masters of a small cluster', () => {
    expect(judgeMeltdown(cluster(3, 0), SETTINGS, NONE)).toEqual({
      rule: 'group',
      scope: 'master of blue',
      down: 3,
      total: 3,
    });
  });

  test('sees most of an AZ', () => {
    const az = group('worker', 4, 3, ['az1']).map((one, index) => ({ ...one, group: `group-${index}` }));
    const rest = group('rest', 20, 0, ['az2']);
    expect(judgeMeltdown([...az, ...rest], SETTINGS, NONE)).toEqual({
      rule: 'group',
      scope: 'AZ az1',
      down: 3,
      total: 4,
    });
  });

  test('takes an AZ that is wholly down for what it is', () => {
    const all = cluster(0, 0).map((one) => (one.az === 'az1' ? { ...one, downMs: 500 } : one));
    expect(judgeMeltdown(all, SETTINGS, new Set(['az1']))).toBeNull();
  });

  test('clears by itself when the window has passed', () => {
    const old = cluster(3, 9).map((one) => ({ ...one, downMs: 600_001 }));
    expect(judgeMeltdown(old, SETTINGS, NONE)).toBeNull();
  });

  test('never becomes calmer when one more goes down', () => {
    const instance = fc.record({
      deployment: fc.constantFrom('a', 'b'),
      group: fc.constantFrom('master', 'worker'),
      az: fc.constantFrom('az1', 'az2', 'az3'),
      downMs: fc.option(fc.integer({ min: 0, max: 700_000 }), { nil: null }),
    });
    fc.assert(
      fc.property(fc.array(instance, { minLength: 1, maxLength: 40 }), fc.nat(), (all, pick) => {
        const more = all.map((one, index) => (index === pick % all.length ? { ...one, downMs: 0 } : one));
        return judgeMeltdown(all, SETTINGS, NONE) === null || judgeMeltdown(more, SETTINGS, NONE) !== null;
      }),
    );
  });

  test('is calm whenever fewer are down than any rule asks for', () => {
    const few = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 3, max: 50 }));
    fc.assert(
      fc.property(few, ([dead, count]) => judgeMeltdown(group('worker', count, dead), SETTINGS, NONE) === null),
    );
  });
});
