import { afterAll, beforeAll, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { deploymentOfCluster } from '#model/cluster.ts';
import { createCluster } from '#server/clusters/create-cluster.ts';
import { requestInstallation } from '#server/installations/request-installation.ts';
import { ADMIN, type Fixture, openInstaller } from '#server/installer/installer-fixture.ts';
import { requestFor } from './drill-fixture.ts';
import { runLeftDrills } from './left-drills.ts';
import { listDrills, readDrill } from './list-drills.ts';
import { previewDrill } from './preview-drill.ts';
import { readDrillMarks, readReport } from './read-strips.ts';
import { digestOf } from './report-drill.ts';
import { startDrill } from './start-drill.ts';
import { stopDrill } from './stop-drill.ts';

const database = useTestDatabase();
const stop = new AbortController();
const VIEWER = { name: 'vera', userId: null, groups: ['opsman.full_view'] };
/** Nobody asks a simulated cluster: no probes. */
const request = requestFor('vm-off', { probes: [], reason: 'a test' });
let fixture: Fixture;
let loops: Promise<unknown>;

beforeAll(async () => {
  fixture = await openInstaller(database.pool);
  await fixture.buildStemcell();
  await fixture.configureService();
  const { taskId } = await fixture.inTx((tx) => requestInstallation(tx, { guids: 'all' }, ADMIN));
  expect(await fixture.runTask(taskId)).toMatchObject({ outcome: 'succeeded' });
  loops = fixture.parts.heartbeats.run(stop.signal);
  const wanted = { name: 'demo', planName: 'small', externalHostname: 'demo.test', port: 8443, workerInstances: 2 };
  const cluster = await fixture.inTx((tx) => createCluster(tx, wanted, ADMIN));
  expect(await fixture.runTask(cluster.taskId ?? 0)).toMatchObject({ outcome: 'succeeded' });
  await database.pool.query('insert into workloads (deployment, heard_at, seen) values ($1, now(), $2)', [
    deploymentOfCluster(cluster.uuid),
    JSON.stringify({ nodes: [], pods: [], workloads: [], services: [] }),
  ]);
}, 120_000);
afterAll(async () => {
  stop.abort();
  await loops;
  await fixture.close();
});

const drill = (id: number) => fixture.inTx((tx) => readDrill(tx, id, ADMIN));
const start = () => fixture.inTx((tx) => startDrill(tx, request, ADMIN));
const powerOf = async (id: number) => {
  const { rows } = await database.pool.query(`select injected->>'cid' as cid from drills where id = $1`, [id]);
  return fixture.parts.cpi.powerState(rows[0].cid, { signal: stop.signal });
};
/** Until nothing stands against a drill: agents report within a second. */
const waitUntilFit = () =>
  expect
    .poll(
      async () => {
        const { checks } = await fixture.inTx((tx) => previewDrill(tx, request, ADMIN));
        return checks.filter((check) => check.verdict === 'red').map((check) => check.sentence);
      },
      { timeout: 30_000 },
    )
    .toEqual([]);

test('who may only look gets previews, not drills', async () => {
  await expect(fixture.inTx((tx) => previewDrill(tx, request, VIEWER))).resolves.toMatchObject({ cluster: 'demo' });
  await expect(fixture.inTx((tx) => startDrill(tx, request, VIEWER))).rejects.toMatchObject({ code: 'forbidden' });
});

test('a drill is stopped in one press: the VM is on again, the report is kept and its digest is in the audit', async () => {
  await waitUntilFit();
  const { id, taskId } = await start();
  await expect(start()).rejects.toMatchObject({
    code: 'drill_refused',
    message: expect.stringContaining('One at a time'),
  });
  const running = fixture.runTask(taskId);
  await expect.poll(async () => (await drill(id)).summary, { timeout: 20_000 }).toContain('was switched off');
  expect(await powerOf(id)).toBe('off');
  await fixture.inTx((tx) => stopDrill(tx, id, ADMIN));
  expect(await running).toMatchObject({ outcome: 'succeeded' });
  expect(await powerOf(id)).toBe('on');
  expect(await drill(id)).toMatchObject({ state: 'ended', verdict: 'STOPPED', undone: true, reason: 'a test' });

  const { digest, ...report } = await fixture.inTx((tx) => readReport(tx, id, VIEWER));
  expect(digestOf(report)).toBe(digest);
  const { rows } = await database.pool.query(`select detail from audit where action = 'end-drill' and subject = $1`, [
    `drill/${id}`,
  ]);
  expect(rows).toEqual([{ detail: expect.objectContaining({ digest, verdict: 'STOPPED' }) }]);
  const marks = await fixture.inTx((tx) => readDrillMarks(tx, id, VIEWER));
  expect(marks.filter((mark) => mark.lane === 'drill').map((mark) => mark.phase)).toEqual(['injected', 'note']);
  expect(await fixture.inTx((tx) => stopDrill(tx, id, ADMIN))).toMatchObject({ verdict: 'STOPPED' });
}, 60_000);

test('a drill whose task died in the middle is undone and ended by the loop', async () => {
  await waitUntilFit();
  const { id, taskId } = await start();
  const died = fixture.runTask(taskId, async (seq, run) => {
    // the fourth step watches; its director is gone
    if (seq === 3) throw new Error('killed');
    await run();
  });
  expect(await died).toMatchObject({ outcome: 'failed' });
  expect(await powerOf(id)).toBe('off');
  const loop = new AbortController();
  const left = runLeftDrills({ ...fixture.parts, signal: loop.signal });
  await expect.poll(async () => (await drill(id)).state, { timeout: 20_000 }).toBe('ended');
  loop.abort();
  await left;
  expect(await powerOf(id)).toBe('on');
  expect(await drill(id)).toMatchObject({ verdict: 'STOPPED', undone: true });
  expect(await fixture.inTx((tx) => listDrills(tx, { cluster: 'demo', limit: 10 }, VIEWER))).toHaveLength(2);
}, 60_000);

test('what became unfit between the press and the first step is refused before anything is broken', async () => {
  await waitUntilFit();
  const { id, taskId } = await start();
  await database.pool.query(`insert into settings (key, value) values ('resurrection', '{"enabled": false}')`);
  expect(await fixture.runTask(taskId)).toMatchObject({ outcome: 'failed' });
  expect(await drill(id)).toMatchObject({ state: 'refused', verdict: null, injectedAt: null });
  expect((await drill(id)).summary).toContain('Repair of VMs is switched off');
}, 60_000);
