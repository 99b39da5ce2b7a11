import { expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { ChangePlan } from '#model/change.ts';
import { SYSTEM_ACTOR } from '#model/role.ts';
import type { StemcellManifest } from '#model/stemcell.ts';
import { buildStemcellParts } from './build-stemcell-steps.ts';
import { listStemcells } from './list-stemcells.ts';
import { logProgress } from './log-progress.ts';
import { planStemcellBuild } from './plan-stemcell-build.ts';
import { recordStemcell } from './record-stemcell.ts';
import { requestStemcell } from './request-stemcell.ts';

const database = useTestDatabase();
const NAME = 'trixie/1.36.3';

const manifest = (revision: string): StemcellManifest => ({
  name: 'tessera-container-trixie',
  os: 'trixie',
  version: '1.36.3',
  kubernetes: '1.36.3',
  key: `key-${revision}`,
  builtAt: '2026-01-02T03:04:05.000Z',
  revision,
  packages: { kubernetes: '1.36.3' },
  members: [],
  images: [],
  layers: [],
  archives: [],
});

test('the plan of a build is its parts in order, a stage each', async () => {
  const plan = ChangePlan.parse(await inTransaction(database.pool, (tx) => planStemcellBuild(tx, { subject: NAME })));
  const parts = plan.stages.flatMap((stage) =>
    stage.batches.flat(2).flatMap((lane) => lane.steps.map((step) => step.input.part)),
  );
  expect(parts).toEqual(['rootfs', 'kubernetes', 'addons', 'images', 'assemble', 'import', 'verify', 'record']);
  expect(plan.stages.map((stage) => stage.title)).toContain('Get Kubernetes 1.36.3');
});

test('an unknown line is refused before anything is made', () => {
  expect(() => buildStemcellParts('trixie/9.9.9')).toThrow('There is no stemcell line trixie/9.9.9');
});

test('a stemcell goes from missing over building to ready, is asked for once, and again when its sources changed', async () => {
  const { pool } = database;
  const state = async () => (await inTransaction(pool, listStemcells)).map((row) => [row.name, row.state]);
  const request = (revision: string) => inTransaction(pool, (tx) => requestStemcell(tx, NAME, revision, SYSTEM_ACTOR));

  expect(await state()).toEqual([[NAME, 'missing']]);
  const task = await request('r1');
  expect(task).not.toBeNull();
  expect(await state()).toEqual([[NAME, 'building']]);
  expect(await request('r1')).toBeNull();

  await pool.query(`update tasks set state = 'succeeded' where id = $1`, [task]);
  await inTransaction(pool, (tx) =>
    recordStemcell(tx, { folder: '/cache/a', manifest: manifest('r1'), cid: 'stemcell-a' }),
  );
  expect(await state()).toEqual([[NAME, 'ready']]);
  expect(await request('r1')).toBeNull();

  const next = await request('r2');
  expect(next).not.toBe(task);
  expect(await state()).toEqual([[NAME, 'ready']]);
  await inTransaction(pool, (tx) =>
    recordStemcell(tx, { folder: '/cache/b', manifest: manifest('r2'), cid: 'stemcell-b' }),
  );
  const [view] = await inTransaction(pool, listStemcells);
  expect(view).toMatchObject({ taskId: next, builtAt: '2026-01-02T03:04:05.000Z', manifest: { revision: 'r2' } });
  const { rows } = await pool.query('select cid, path, version from stemcells');
  expect(rows).toEqual([{ cid: 'stemcell-b', path: '/cache/b', version: 2 }]);
});

test('a build that failed shows as failed and may be asked for again', async () => {
  const { pool } = database;
  await pool.query('delete from stemcells');
  await pool.query(`update tasks set state = 'failed'`);
  expect((await inTransaction(pool, listStemcells))[0]?.state).toBe('failed');
  expect(await inTransaction(pool, (tx) => requestStemcell(tx, NAME, 'r3', SYSTEM_ACTOR))).not.toBeNull();
});

test('counted progress is thinned out, its end and other messages are not', async () => {
  let now = 0;
  const lines: string[] = [];
  const clock = { now: () => new Date(0), monotonic: () => now, sleep: () => Promise.resolve() };
  const progress = logProgress(async (line) => void lines.push(line), clock);
  for (let done = 1; done <= 100; done += 1) {
    now += 100;
    progress.say({ stage: 'kubernetes', done, total: 100, message: `compiled ${done}` });
  }
  progress.say({ stage: 'images', done: 0, total: 0, message: 'next' });
  await progress.flush();
  expect(lines).toEqual([
    'compiled 1 (1 of 100)',
    'compiled 31 (31 of 100)',
    'compiled 61 (61 of 100)',
    'compiled 91 (91 of 100)',
    'compiled 100 (100 of 100)',
    'next',
  ]);
});

test('a log that cannot be written fails the flush, not the process', async () => {
  const clock = { now: () => new Date(0), monotonic: () => 0, sleep: () => Promise.resolve() };
  const progress = logProgress(() => Promise.reject(new Error('database is away')), clock);
  progress.say({ stage: 'images', done: 0, total: 0, message: 'a line' });
  await expect(progress.flush()).rejects.toThrow('database is away');
});
