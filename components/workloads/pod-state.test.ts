import { expect, test } from 'vitest';
import type { PodView } from '#model/workload.ts';
import { filterPods, podState, workloadState } from './pod-state.ts';

const pod = (changes: Partial<PodView>): PodView => ({
  namespace: 'default',
  name: 'web-1',
  uid: 'u1',
  status: 'Running',
  ready: true,
  restarts: 0,
  node: 'worker-0',
  podIp: '10.200.1.2',
  keeper: 'Deployment/web',
  system: false,
  createdAt: '2028-01-01T00:00:00Z',
  startMs: 1000,
  requests: { cpu: 10, memory: 16 },
  ...changes,
});

test.each([
  ['Running', true, 'running'],
  ['Running', false, 'working'],
  ['ContainerCreating', false, 'working'],
  ['Terminating', false, 'working'],
  ['CrashLoopBackOff', false, 'failed'],
  ['ImagePullBackOff', false, 'failed'],
  ['ErrImagePull', false, 'failed'],
  ['Evicted', false, 'failed'],
  ['Completed', false, 'done'],
])('a pod that says %s (ready: %s) is drawn as %s', (status, ready, state) => {
  expect(podState({ status, ready })).toBe(state);
});

test('a keeper without any pod is worse than one that is short of some', () => {
  expect(workloadState({ ready: 2, desired: 2 })).toBe('running');
  expect(workloadState({ ready: 1, desired: 2 })).toBe('attention');
  expect(workloadState({ ready: 0, desired: 2 })).toBe('failed');
  expect(workloadState({ ready: 0, desired: 0 })).toBe('stopped');
});

test('every word of the filter must stand somewhere in the line', () => {
  const pods = [pod({}), pod({ name: 'db-0', node: 'worker-1', keeper: 'StatefulSet/db' })];
  expect(filterPods(pods, '')).toHaveLength(2);
  expect(filterPods(pods, 'WORKER-1 db').map((one) => one.name)).toEqual(['db-0']);
  expect(filterPods(pods, 'worker-1 web')).toEqual([]);
});
