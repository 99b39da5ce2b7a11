import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AzNow, type Candidate, chooseRepairs } from './choose-repairs.ts';

const BLUE = 'service-instance_blue';
const UP: AzNow = { state: 'up', power: 'on', poweredMs: null };
const OFF: AzNow = { state: 'down', power: 'off', poweredMs: null };
const azs = (more: Record<string, AzNow> = {}): Map<string, AzNow> =>
  new Map(Object.entries({ az1: UP, az2: UP, az3: UP, ...more }));
const dead = (id: string, more: Partial<Candidate> = {}): Candidate => ({
  id,
  deployment: BLUE,
  group: 'worker',
  az: 'az1',
  hasDisk: false,
  otherAzs: ['az2', 'az3'],
  deadMs: 5000,
  ...more,
});
const master = (id: string, more: Partial<Candidate> = {}): Candidate =>
  dead(id, { group: 'master', hasDisk: true, otherAzs: [], ...more });
const CALM = 6;
const MELTDOWN = 1;
const ids = (chosen: { id: string }[]): string[] => chosen.map(({ id }) => id);

describe('repairs', () => {
  test('go masters first, then the platform, then workers, AZs in turn and the longest dead first', () => {
    const candidates = [
      dead('w1', { az: 'az1', deadMs: 9000 }),
      dead('w2', { az: 'az1', deadMs: 8000 }),
      dead('w3', { az: 'az2', deadMs: 1000 }),
      dead('api', { deployment: 'pivotal-container-service-1', group: 'pivotal-container-service' }),
      master('m1'),
    ];
    const chosen = chooseRepairs({ candidates, running: [], azs: azs(), most: CALM });
    expect(ids(chosen)).toEqual(['m1', 'api', 'w1', 'w3', 'w2']);
    expect(chosen.every(({ toAz }) => toAz === null)).toBe(true);
  });

  test('are limited, those that run counted in; in a meltdown one at a time', () => {
    const candidates = Array.from({ length: 10 }, (_, index) => dead(`w${index}`));
    const running = [{ id: 'x', az: 'az2', deployment: BLUE, group: 'worker' }];
    expect(chooseRepairs({ candidates, running, azs: azs(), most: CALM })).toHaveLength(5);
    expect(chooseRepairs({ candidates, running, azs: azs(), most: MELTDOWN })).toHaveLength(0);
    expect(chooseRepairs({ candidates, running: [], azs: azs(), most: MELTDOWN })).toHaveLength(1);
  });

  test('take all masters of a cluster together, because without quorum none gets well alone', () => {
    const candidates = [master('m0'), master('m1', { az: 'az2' }), master('m2', { az: 'az3' }), dead('w0')];
    expect(ids(chooseRepairs({ candidates, running: [], azs: azs(), most: MELTDOWN }))).toEqual(['m0', 'm1', 'm2']);
    const running = [{ id: 'm0', az: 'az1', deployment: BLUE, group: 'master' }];
    expect(ids(chooseRepairs({ candidates: candidates.slice(1), running, azs: azs(), most: MELTDOWN }))).toEqual([
      'm1',
      'm2',
    ]);
  });

  test('go to another AZ while their own is off, spread; those with a disk wait, and so does a first moment', () => {
    const candidates = [dead('w0'), dead('w1'), master('m0'), dead('fresh', { deadMs: 500 })];
    const chosen = chooseRepairs({ candidates, running: [], azs: azs({ az1: OFF }), most: CALM });
    expect(chosen).toEqual([
      { id: 'w0', toAz: 'az2' },
      { id: 'w1', toAz: 'az3' },
    ]);
    const noneUp = azs({ az1: OFF, az2: OFF, az3: OFF });
    expect(chooseRepairs({ candidates, running: [], azs: noneUp, most: CALM })).toEqual([]);
    expect(
      chooseRepairs({ candidates: [dead('w', { otherAzs: [] })], running: [], azs: azs({ az1: OFF }), most: CALM }),
    ).toEqual([]);
  });

  test('begin with one in an AZ that lost all VMs but has power', () => {
    const candidates = [dead('w0'), dead('w1'), dead('w2')];
    const lost = azs({ az1: { state: 'down', power: 'on', poweredMs: null } });
    expect(ids(chooseRepairs({ candidates, running: [], azs: lost, most: CALM }))).toEqual(['w0']);
  });

  test('wait for VMs that start by themselves when their AZ has power again', () => {
    const back = (poweredMs: number) => azs({ az1: { state: 'down', power: 'on', poweredMs } });
    const candidates = [dead('w0', { deadMs: 60_000 })];
    expect(chooseRepairs({ candidates, running: [], azs: back(5000), most: CALM })).toEqual([]);
    expect(chooseRepairs({ candidates, running: [], azs: back(25_000), most: CALM })).toEqual([
      { id: 'w0', toAz: null },
    ]);
    // this one died after the power was back
    expect(
      chooseRepairs({ candidates: [dead('w1', { deadMs: 1000 })], running: [], azs: back(5000), most: CALM }),
    ).toHaveLength(1);
  });

  test('never go into an AZ without power, never twice, never beyond the limit', () => {
    const candidate = fc.record({
      id: fc.uuid(),
      deployment: fc.constantFrom(BLUE, 'service-instance_red', 'platform'),
      group: fc.constantFrom('master', 'worker'),
      az: fc.constantFrom('az1', 'az2', 'az3'),
      hasDisk: fc.boolean(),
      otherAzs: fc.subarray(['az1', 'az2', 'az3']),
      deadMs: fc.nat(100_000),
    });
    const state = fc.constantFrom<AzNow>(
      UP,
      OFF,
      { state: 'down', power: 'on', poweredMs: null },
      { state: 'degraded', power: null, poweredMs: null },
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(candidate, { selector: ({ id }) => id, maxLength: 30 }),
        fc.tuple(state, state, state),
        fc.integer({ min: 1, max: 8 }),
        (all, [az1, az2, az3], most) => {
          const now = azs({ az1, az2, az3 });
          const chosen = chooseRepairs({ candidates: all, running: [], azs: now, most });
          const units = new Set<string>();
          for (const { id, toAz } of chosen) {
            const one = all.find((other) => other.id === id);
            expect(now.get(toAz ?? one?.az ?? '')?.power).not.toBe('off');
            if (toAz !== null) expect(one?.hasDisk).toBe(false);
            units.add(one?.group === 'master' ? `masters ${one.deployment}` : id);
          }
          expect(new Set(ids(chosen)).size).toBe(chosen.length);
          expect(units.size).toBeLessThanOrEqual(most);
        },
      ),
    );
  });
});
