import { describe, expect, it } from 'vitest';
import type { ClusterView } from '#model/cluster.ts';
import type { InstanceView, JobState } from '#model/deployment.ts';
import { summariseInstances } from '#model/instance-state.ts';
import { azColumns, clusterState, verdictOf } from './cluster-state.ts';

const instance = (
  group: string,
  index: number,
  az: string,
  jobState: JobState,
  vmCid: string | null = 'vm',
): InstanceView => ({
  id: `${group}-${index}`,
  deployment: 'd',
  group,
  index,
  az,
  address: '10.0.0.1',
  vmType: 'small',
  vmCid,
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
});
const good = { lastActionState: 'succeeded', lastActionDescription: 'Instance provisioning completed' } as const;
// only the two fields above matter to a verdict
const cluster = good as unknown as ClusterView;

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

describe('azColumns', () => {
  it('sorts AZs and shows the worst of each', () => {
    const columns = azColumns([
      instance('worker', 1, 'az2', 'failing'),
      instance('worker', 0, 'az1', 'running'),
      instance('master', 0, 'az2', 'running'),
    ]);
    expect(columns.map((column) => [column.az, column.state, column.masters.length, column.workers.length])).toEqual([
      ['az1', 'running', 0, 1],
      ['az2', 'failed', 1, 1],
    ]);
  });
});

describe('verdictOf', () => {
  it('names what is not green', () => {
    const verdict = verdictOf(cluster, [
      instance('master', 0, 'az1', 'running'),
      instance('worker', 4, 'az2', 'running', null),
    ]);
    expect(`${verdict.lead} ${verdict.rest}`).toBe(
      'Serving. 1 of 1 master, 0 of 1 worker running; not green: worker/4.',
    );
  });

  it('says when no master runs', () => {
    expect(verdictOf(cluster, [instance('master', 0, 'az1', 'stopped')]).lead).toBe('Not serving.');
  });
});
