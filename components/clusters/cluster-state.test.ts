import { describe, expect, it } from 'vitest';
import type { InstanceView, JobState } from '#model/deployment.ts';
import type { VmHealth } from '#model/health.ts';
import { summariseInstances } from '#model/instance-state.ts';
import { azColumns, clusterState, shownState, stateOfCluster } from './cluster-state.ts';
import { verdictOf } from './cluster-verdict.ts';

const instance = (
  group: string,
  index: number,
  az: string,
  jobState: JobState,
  more: { vmCid?: string | null; vmHealth?: VmHealth } = {},
): InstanceView => ({
  id: `${group}-${index}`,
  deployment: 'd',
  group,
  index,
  az,
  address: '10.0.0.1',
  vmType: 'small',
  vmCid: 'vm',
  diskCid: null,
  jobState,
  processes: [],
  vitals: null,
  lastHeardAt: null,
  vmHealth: 'alive',
  vmHealthSince: null,
  vmHealthReason: '',
  homeAz: null,
  vmCreatedAt: null,
  ...more,
});
const good = { lastActionState: 'succeeded', lastActionDescription: 'Instance provisioning completed' } as const;

describe('clusterState', () => {
  it('is green only when the last action and every instance are good', () => {
    const all = [instance('master', 0, 'az1', 'running'), instance('worker', 0, 'az1', 'running')];
    expect(clusterState(good, summariseInstances(all))).toBe('running');
    expect(clusterState(good, summariseInstances([...all, instance('worker', 1, 'az2', 'failing')]))).toBe('attention');
    expect(clusterState({ lastActionState: 'failed' }, summariseInstances(all))).toBe('failed');
    expect(clusterState({ lastActionState: 'in progress' }, summariseInstances(all))).toBe('working');
    expect(clusterState(good, undefined)).toBe('unknown');
  });

  it('says unknown, not failed, when nothing was heard', () => {
    expect(clusterState(good, summariseInstances([instance('master', 0, 'az1', 'unresponsive agent')]))).toBe(
      'unknown',
    );
  });
});

describe('stateOfCluster', () => {
  it('is Working while all that is missed is being repaired, Attention when something is not', () => {
    const all = [
      instance('master', 0, 'az1', 'running'),
      instance('worker', 0, 'az1', 'running', { vmHealth: 'dead' }),
      instance('worker', 1, 'az1', 'running'),
    ];
    expect(stateOfCluster(good, all, new Set())).toBe('attention');
    expect(stateOfCluster(good, all, new Set(['worker-0']))).toBe('working');
    expect(stateOfCluster(good, [...all, instance('worker', 2, 'az1', 'failing')], new Set(['worker-0']))).toBe(
      'attention',
    );
  });
});

describe('shownState', () => {
  it('shows a dead VM as failed though its agent last said that all is well, and as working while it is repaired', () => {
    const dead = instance('worker', 0, 'az1', 'running', { vmHealth: 'dead' });
    expect(shownState(dead)).toBe('failed');
    expect(shownState(dead, true)).toBe('working');
  });

  it('leaves a VM that somebody stopped stopped', () => {
    expect(shownState(instance('worker', 0, 'az1', 'stopped', { vmHealth: 'dead' }))).toBe('stopped');
  });

  it('asks for a look at a VM that only its peers reach', () => {
    expect(shownState(instance('worker', 0, 'az1', 'unresponsive agent', { vmHealth: 'partitioned' }))).toBe(
      'attention',
    );
  });
});

describe('azColumns', () => {
  it('sorts AZs and shows the worst of each', () => {
    const columns = azColumns(
      [
        instance('worker', 1, 'az2', 'failing'),
        instance('worker', 0, 'az1', 'running'),
        instance('master', 0, 'az2', 'running'),
        instance('worker', 2, 'az3', 'running'),
      ],
      new Set(['worker-2']),
    );
    expect(columns.map((column) => [column.az, column.state, column.masters.length, column.workers.length])).toEqual([
      ['az1', 'running', 0, 1],
      ['az2', 'failed', 1, 1],
      ['az3', 'working', 0, 1],
    ]);
  });
});

describe('verdictOf', () => {
  const words = (
    instances: InstanceView[],
    more: { repaired?: Set<string>; resurrects?: boolean; podsOn?: Map<string, number> } = {},
  ) => {
    const verdict = verdictOf(good, instances, { repaired: new Set(), resurrects: true, podsOn: null, ...more });
    return `${verdict.lead} ${verdict.rest}`;
  };
  const masters = [0, 1, 2].map((index) => instance('master', index, `az${index + 1}`, 'running'));

  it('names what is not green', () => {
    expect(
      words([instance('master', 0, 'az1', 'running'), instance('worker', 4, 'az2', 'running', { vmCid: null })]),
    ).toBe('No worker serves. 1 of 1 master, 0 of 1 worker; worker/4 has no VM.');
  });

  it('says that a VM is being repaired, and when its pods run elsewhere', () => {
    const all = [
      ...masters,
      instance('worker', 0, 'az1', 'running'),
      instance('worker', 1, 'az1', 'running', { vmHealth: 'dead' }),
    ];
    expect(words(all, { repaired: new Set(['worker-1']), podsOn: new Map([['worker-0', 7]]) })).toBe(
      'Serving. 3 of 3 masters, 1 of 2 workers; worker/1 is being repaired and its pods already run elsewhere.',
    );
  });

  it('says when a dead VM stays dead because repair is off', () => {
    expect(
      words([...masters, instance('worker', 1, 'az1', 'running', { vmHealth: 'dead' })], { resurrects: false }),
    ).toContain('worker/1 is dead and repair is off');
  });

  it('says when the quorum is lost', () => {
    const [first, ...others] = masters;
    expect(
      words([...(first ? [first] : []), ...others.map((each) => ({ ...each, vmHealth: 'dead' as const }))]),
    ).toMatch(/^No quorum: what runs goes on, nothing can be changed\. 1 of 3 masters/);
    expect(verdictOf(good, [instance('master', 0, 'az1', 'stopped')]).lead).toBe('The API does not serve.');
  });
});
