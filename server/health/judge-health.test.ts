import { describe, expect, test } from 'vitest';
import type { AzView, VmHealth } from '#model/health.ts';
import { judgeAz } from './judge-az.ts';
import { type Judged, judgeCluster, judgeFleet } from './judge-health.ts';

const DONE = { action: 'CREATE', actionState: 'succeeded' };
const one = (group: string, index: number, vmHealth: VmHealth = 'alive', healthy = vmHealth === 'alive'): Judged => ({
  group,
  name: `${group}/${index}`,
  vmHealth,
  healthy,
});
const masters = (...healths: VmHealth[]): Judged[] => healths.map((health, index) => one('master', index, health));
const workers = (...healths: VmHealth[]): Judged[] => healths.map((health, index) => one('worker', index, health));

describe('the verdict on a cluster', () => {
  test.each<[string, Judged[], string, RegExp]>([
    [
      'all is well',
      [...masters('alive', 'alive', 'alive'), ...workers('alive')],
      'running',
      /^Healthy\. 3 of 3 masters up \(tolerates 1 more\), 1 of 1 worker up\.$/,
    ],
    [
      'a worker is gone',
      [...masters('alive'), ...workers('alive', 'dead')],
      'attention',
      /^Serving\..*1 of 2 workers up\. worker\/1 is dead\.$/,
    ],
    [
      'a master is gone',
      [...masters('alive', 'hung', 'alive'), ...workers('alive')],
      'attention',
      /tolerates 0 more.*master\/1 is hung/,
    ],
    [
      'quorum is lost',
      [...masters('dead', 'alive', 'dead'), ...workers('alive')],
      'failed',
      /^No quorum: 1 of 3 masters up, 2 needed/,
    ],
    ['no worker is left', [...masters('alive'), ...workers('dead', 'dead')], 'failed', /^No worker serves/],
    [
      'jobs fail on a living VM',
      [...masters('alive'), one('worker', 0, 'alive', false), one('worker', 1)],
      'attention',
      /worker\/0 is not well/,
    ],
    ['nothing was heard yet', [...masters('unknown'), ...workers('unknown')], 'unknown', /nothing was heard/],
    ['there is no VM', [], 'unknown', /nothing was heard/],
  ])('when %s', (_when, members, state, verdict) => {
    expect(judgeCluster(DONE, members)).toMatchObject({ state, verdict: expect.stringMatching(verdict) });
  });

  test('says that the last action failed although all serves', () => {
    const judged = judgeCluster({ action: 'UPDATE', actionState: 'failed' }, [
      ...masters('alive'),
      ...workers('alive'),
    ]);
    expect(judged).toMatchObject({ state: 'attention', verdict: expect.stringContaining('UPDATE') });
  });
});

describe('the verdict on the fleet', () => {
  const calm = {
    director: 'running',
    meltdown: null,
    azs: [],
    clusters: [{ name: 'blue', state: 'running' }],
    platform: [],
  } as const;
  const down: AzView = { name: 'az1', state: 'down', since: null, reason: '', vms: 4, down: 4, power: 'off' };

  test('is the worst of its parts, each said', () => {
    expect(judgeFleet(calm)).toEqual({ state: 'running', verdict: '1 cluster, all healthy.' });
    const clusters = [...calm.clusters, { name: 'red', state: 'failed' } as const];
    expect(judgeFleet({ ...calm, clusters })).toEqual({
      state: 'failed',
      verdict: '1 of 2 clusters not healthy: red.',
    });
    expect(judgeFleet({ ...calm, azs: [down] })).toMatchObject({
      state: 'attention',
      verdict: expect.stringContaining('AZ az1 is down.'),
    });
    expect(judgeFleet({ ...calm, platform: [one('pks', 0, 'dead')] })).toMatchObject({ state: 'attention' });
    const meltdown = { since: '', rule: 'fleet', scope: 'the fleet', down: 5, total: 9 } as const;
    expect(judgeFleet({ ...calm, meltdown })).toMatchObject({
      state: 'failed',
      verdict: expect.stringContaining('5 of 9 VMs'),
    });
  });

  test('is unknown, not green, while no director is at work', () => {
    expect(judgeFleet({ ...calm, director: 'down' })).toMatchObject({ state: 'unknown' });
  });
});

test.each([
  [{ power: 'off', vms: 4, down: 0 } as const, 'down'],
  [{ power: 'on', vms: 4, down: 4 } as const, 'down'],
  [{ power: null, vms: 2, down: 2 } as const, 'down'],
  [{ power: 'on', vms: 1, down: 1 } as const, 'degraded'],
  [{ power: 'on', vms: 4, down: 3 } as const, 'degraded'],
  [{ power: 'on', vms: 4, down: 0 } as const, 'up'],
  [{ power: null, vms: 0, down: 0 } as const, 'up'],
])('an AZ with %o is %s', (az, state) => {
  expect(judgeAz(az).state).toBe(state);
});
