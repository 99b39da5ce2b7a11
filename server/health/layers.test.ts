import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { ADMIN, type Fixture } from '#server/installer/installer-fixture.ts';
import { systemClock } from '#server/platform/clock.ts';
import { openFleet, workOff } from './health-fixture.ts';
import { runHealthLoop } from './health-loop.ts';
import { saveDetectorSettings } from './health-settings.ts';
import { listAzs } from './list-azs.ts';
import { listRecoveries } from './list-recoveries.ts';

/** Processes and AZs, a clock that jumps and a database that is away, on simulated infrastructure. */
const database = useTestDatabase();
const { pool } = database;
let fixture: Fixture;
let stop = new AbortController();
let running: Promise<unknown> = Promise.resolve();
let jumpMs = 0;

const clock = { ...systemClock, now: () => new Date(systemClock.now().getTime() + jumpMs) };
const isWell = async (where: string): Promise<boolean> =>
  (
    await pool.query(
      `select 1 from instances where (vm_health <> 'alive' or job_state <> 'running' or vm_cid is null) and ${where}`,
    )
  ).rowCount === 0;
const az = async (name: string) => (await fixture.inTx(listAzs)).find((one) => one.name === name);
const switchAz = (name: string, power: 'on' | 'off') =>
  fixture.parts.cpi.setAzPower(name, power, { signal: fixture.parts.signal });
const worker = async (where: string): Promise<{ id: string; vm_cid: string; az: string; home_az: string | null }> => {
  const { rows } = await pool.query(
    `select id, vm_cid, az, home_az from instances where group_name = 'worker' and ${where} order by index limit 1`,
  );
  if (!rows[0]) throw new Error(`no worker with ${where}`);
  return rows[0];
};

beforeAll(async () => {
  fixture = await openFleet(pool, 4);
}, 180_000);
afterEach(async () => {
  stop.abort();
  await running;
});
afterAll(() => fixture.close());

/** Resolves when the loop knows the fleet and all of it is well. */
async function watch(): Promise<void> {
  stop = new AbortController();
  const { signal } = stop;
  const options = { ...fixture.parts, clock, reachesVms: false, strain: () => 1, signal };
  running = Promise.all([runHealthLoop(options), workOff(pool, fixture, signal)]);
  await systemClock.sleep(1500);
  await vi.waitUntil(() => isWell('true'), 20_000);
}

describe('the health loop', () => {
  test('a clock that jumps by hours changes no decision', async () => {
    await watch();
    jumpMs = 7_200_000;
    await systemClock.sleep(1500);
    jumpMs = -86_400_000;
    await systemClock.sleep(1500);
    jumpMs = 0;
    expect(await isWell('true')).toBe(true);
    expect((await pool.query(`select 1 from tasks where kind = 'repair-instance'`)).rowCount).toBe(0);
  }, 40_000);

  test('follows the end of a process to its recovery', async () => {
    await watch();
    const { id } = await worker('true');
    const inject = {
      method: 'inject',
      drill: 'p',
      fault: { kind: 'signal-process', process: 'kubelet', signal: 'KILL' },
      undoAfterMs: 1000,
    } as const;
    await fixture.parts.agents.call(id, inject, { signal: fixture.parts.signal, deadlineMs: 2000 });
    const found = async () => (await fixture.inTx((tx) => listRecoveries(tx, { layer: 'process', limit: 10 })))[0];
    await vi.waitUntil(async () => (await found())?.recoveredAt, 10_000);
    expect(await found()).toMatchObject({
      subject: `process/${id}/kubelet`,
      cause: 'killed by SIGKILL',
      title: 'kubelet of worker/0 of blue',
    });
  }, 40_000);

  test('has a VM made anew when a process of it keeps ending and does not get well', async () => {
    const settings = { partitionTimeoutSeconds: 600, processRestarts: 3, processWindowSeconds: 600 };
    await fixture.inTx((tx) => saveDetectorSettings(tx, settings, ADMIN));
    await watch();
    const { id, vm_cid: cid } = await worker('true');
    const beat = fixture.parts.heartbeats.lifeOf(id)?.beat;
    if (!beat) throw new Error('nothing was heard of the worker');
    const failing = beat.processes.map((one) => (one.name === 'kubelet' ? { ...one, state: 'failing' as const } : one));
    for (let end = 1; end <= 3; end += 1)
      fixture.parts.heartbeats.recordExit(id, { process: 'kubelet', exit: 'exit 1', restarts: end });
    fixture.parts.heartbeats.recordState(id, { ...beat, jobState: 'failing', processes: failing });
    await vi.waitUntil(
      async () => (await pool.query(`select 1 from alerts where key = $1`, [`process:${id}:kubelet`])).rowCount === 1,
      5000,
    );
    await vi.waitUntil(async () => {
      // the simulated process is well in truth, and its agent says so now and then
      if ((await worker(`id = '${id}'`)).vm_cid !== cid) return true;
      fixture.parts.heartbeats.recordState(id, { ...beat, jobState: 'failing', processes: failing });
      return false;
    }, 30_000);
    await vi.waitUntil(() => isWell('true'), 20_000);
    const { rows } = await pool.query(`select description from tasks where kind = 'repair-instance' and subject = $1`, [
      id,
    ]);
    expect(rows).toEqual([{ description: expect.stringContaining('kubelet ended 3 times and does not get well') }]);
  }, 80_000);

  test('what is decided while the database is away is done when it is back', async () => {
    await watch();
    const { id, vm_cid: cid } = await worker('true');
    const admin = new pg.Client({ connectionString: inject('postgresUrl') });
    await admin.connect();
    const name = new URL(database.url).pathname.slice(1);
    try {
      await admin.query(`alter database ${name} allow_connections false`);
      await admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [name]);
      await fixture.parts.cpi.powerOffVm(cid, { signal: fixture.parts.signal });
      await systemClock.sleep(5000);
    } finally {
      await admin.query(`alter database ${name} allow_connections true`);
      await admin.end();
    }
    const backAt = Date.now();
    await vi.waitUntil(async () => (await worker(`id = '${id}'`)).vm_cid !== cid, 20_000);
    await vi.waitUntil(() => isWell('true'), 20_000);
    const found = (await fixture.inTx((tx) => listRecoveries(tx, { layer: 'vm', limit: 10 }))).find(
      ({ subject }) => subject === `instance/${id}`,
    );
    expect(Date.parse(found?.detectedAt ?? '')).toBeLessThan(backAt - 3000);
  }, 80_000);

  test('takes a lost AZ for what it is: stateless instances go elsewhere, the others wait, and all are home again', async () => {
    await watch();
    const { az: name } = await worker(`az <> (select az from instances where group_name = 'master')`);
    const before = await pool.query(`select id, az from instances where group_name = 'worker' order by index`);
    await switchAz(name, 'off');
    await vi.waitUntil(async () => (await az(name))?.state === 'down', 5000);
    expect(
      (await pool.query(`select severity from alerts where key = $1 and state = 'open'`, [`az:${name}`])).rows,
    ).toEqual([{ severity: 'critical' }]);
    const moved = async () =>
      (await pool.query(`select 1 from instances where home_az = $1 and az <> $1`, [name])).rowCount;
    await vi.waitUntil(async () => (await moved()) === before.rows.filter((row) => row.az === name).length, 30_000);
    await vi.waitUntil(() => isWell(`group_name = 'worker'`), 30_000);
    expect(await worker(`home_az = '${name}'`)).toMatchObject({ home_az: name });
    expect((await pool.query(`select 1 from instances where group_name = 'worker' and az = $1`, [name])).rowCount).toBe(
      0,
    );
    expect((await pool.query(`select 1 from alerts where key = 'meltdown'`)).rowCount).toBe(0);
    await switchAz(name, 'on');
    await vi.waitUntil(async () => (await az(name))?.state === 'up', 10_000);
    const home = async () =>
      (await pool.query(`select id, az from instances where group_name = 'worker' order by index`)).rows;
    await vi.waitUntil(async () => JSON.stringify(await home()) === JSON.stringify(before.rows), 90_000);
    await vi.waitUntil(() => isWell('true'), 30_000);
    const moves = await pool.query(`select 1 from tasks where kind = 'move-home'`);
    expect(moves.rowCount).toBe(before.rows.filter((row) => row.az === name).length);
    expect((await fixture.inTx((tx) => listRecoveries(tx, { layer: 'az', limit: 5 })))[0]).toMatchObject({
      recoveredAt: expect.any(String),
    });
  }, 180_000);
});
