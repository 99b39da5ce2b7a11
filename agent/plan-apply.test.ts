import { describe, expect, test } from 'vitest';
import type { JobProcess } from '#model/job.ts';
import type { AppliedJob } from './kept-state.ts';
import { planApply } from './plan-apply.ts';

const process = (name: string, more: Partial<JobProcess> = {}): JobProcess => ({
  name,
  command: [name],
  env: {},
  ...more,
});
const job = (name: string, filesDigest: string, ...processes: JobProcess[]): AppliedJob => ({
  name,
  filesDigest,
  processes,
  scripts: {},
});
/** What is kept after `jobs` were applied. */
const keptAfter = (jobs: AppliedJob[]) => ({
  started: Object.fromEntries(planApply([], jobs, { started: {}, preStarted: {} }).start),
  preStarted: Object.fromEntries(jobs.map(({ name, filesDigest }) => [name, filesDigest])),
});
const change = (before: AppliedJob[], after: AppliedJob[]) => {
  const plan = planApply(before, after, keptAfter(before));
  return { ...plan, start: [...plan.start.keys()], preStart: plan.preStart.map(({ name }) => name) };
};

const ETCD = job('etcd', '1', process('etcd'));
const API = job('api', '1', process('api'), process('audit'));

describe('coming from one spec to the next', () => {
  test('from nothing: everything is started', () => {
    expect(change([], [ETCD, API])).toEqual({
      remove: [],
      stop: [],
      start: ['etcd', 'api', 'audit'],
      preStart: ['etcd', 'api'],
    });
  });

  test('to the same: nothing is done', () => {
    expect(change([ETCD, API], [ETCD, API])).toEqual({ remove: [], stop: [], start: [], preStart: [] });
  });

  test('a changed file restarts all processes of its job and no other', () => {
    const changed = { ...API, filesDigest: '2' };
    expect(change([ETCD, API], [ETCD, changed])).toEqual({
      remove: [],
      stop: ['api', 'audit'],
      start: ['api', 'audit'],
      preStart: ['api'],
    });
  });

  test.each<[string, Partial<JobProcess>]>([
    ['command', { command: ['api', '-v'] }],
    ['environment', { env: { A: '1' } }],
    ['finish script', { finish: 'bin/finish' }],
  ])('a changed %s restarts that process only', (_what, more) => {
    expect(change([API], [job('api', '1', process('api', more), process('audit'))])).toMatchObject({
      stop: ['api'],
      start: ['api'],
    });
  });

  test('a changed health check restarts nothing', () => {
    const health = { http: 'http://x', interval_ms: 1, timeout_ms: 1, failures: 1 };
    expect(change([ETCD], [job('etcd', '1', process('etcd', { health }))])).toMatchObject({ stop: [], start: [] });
  });

  test('a job that is gone takes its processes with it', () => {
    expect(change([ETCD, API], [ETCD])).toEqual({ remove: ['api', 'audit'], stop: [], start: [], preStart: [] });
  });

  test('a process that moves to another job is removed and started there', () => {
    const moved = [job('etcd', '1'), job('store', '1', process('etcd'))];
    expect(change([ETCD], moved)).toMatchObject({ remove: ['etcd'], stop: [], start: ['etcd'] });
  });

  test('a job without processes runs its pre-start again only when its files changed', () => {
    const base = job('base', '1');
    expect(change([base], [base]).preStart).toEqual([]);
    expect(change([base], [job('base', '2')]).preStart).toEqual(['base']);
  });
});

test('after a stop, or a pre-start that failed, the same spec starts what does not run', () => {
  const plan = planApply([ETCD, API], [ETCD, API], {
    started: { etcd: keptAfter([ETCD]).started.etcd ?? '' },
    preStarted: {},
  });
  expect([...plan.start.keys()]).toEqual(['api', 'audit']);
  expect(plan.preStart.map(({ name }) => name)).toEqual(['etcd', 'api']);
});
