import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import type { RecoveryView } from '#model/health.ts';
import { ADMIN, type Fixture } from '#server/installer/installer-fixture.ts';
import { openFleet, workOff } from './health-fixture.ts';
import { runHealthLoop } from './health-loop.ts';
import { saveDetectorSettings, saveMeltdownSettings, saveResurrection } from './health-settings.ts';
import { listRecoveries } from './list-recoveries.ts';

/** The whole loop on simulated infrastructure with real agents' connections, real rows and the real repair plans. */
const database = useTestDatabase();
const { pool } = database;
let fixture: Fixture;
let stop = new AbortController();
let running: Promise<unknown> = Promise.resolve();

type Row = { id: string; name: string; vm_cid: string; vm_health: string; vm_health_reason: string; job_state: string };

const member = async (name: string): Promise<Row> => {
  const { rows } = await pool.query<Row>(
    `select id, group_name || '/' || index as name, vm_cid, vm_health, vm_health_reason, job_state from instances
      where group_name || '/' || index = $1`,
    [name],
  );
  if (!rows[0]) throw new Error(`no instance ${name}`);
  return rows[0];
};
const isWell = async (name: string): Promise<boolean> => {
  const { vm_health: health, job_state: job, vm_cid: cid } = await member(name);
  return health === 'alive' && job === 'running' && cid !== null;
};
const allWell = async (): Promise<boolean> =>
  (await pool.query(`select 1 from instances where vm_health <> 'alive' or job_state <> 'running' or vm_cid is null`))
    .rowCount === 0;
const recovery = async (name: string): Promise<RecoveryView | undefined> => {
  const { id } = await member(name);
  const all = await fixture.inTx((tx) => listRecoveries(tx, { layer: 'vm', limit: 100 }));
  return all.find(({ subject }) => subject === `instance/${id}`);
};
const openAlert = async (name: string) => {
  const { id } = await member(name);
  const { rows } = await pool.query(`select * from alerts where key = $1 and state = 'open'`, [`vm:${id}`]);
  return rows[0];
};
const meltdownMarks = async () =>
  (await pool.query<{ at: Date }>(`select at from marks where subject = 'fleet/meltdown' order by id`)).rows;
const powerOff = (cid: string) => fixture.parts.cpi.powerOffVm(cid, { signal: fixture.parts.signal });
const cut = (id: string, from: 'director' | 'all', undoAfterMs: number) =>
  fixture.parts.agents.call(
    id,
    { method: 'inject', drill: 'test', fault: { kind: 'cut-network', from }, undoAfterMs },
    { signal: fixture.parts.signal, deadlineMs: 2000 },
  );

function watch(options: { repairing: boolean } = { repairing: true }): void {
  stop = new AbortController();
  const { signal } = stop;
  running = Promise.all([
    runHealthLoop({ ...fixture.parts, reachesVms: false, strain: () => 1, signal }),
    ...(options.repairing ? [workOff(pool, fixture, signal)] : []),
  ]);
}

beforeAll(async () => {
  fixture = await openFleet(pool, 5);
}, 180_000);
afterEach(async () => {
  stop.abort();
  await running;
});
afterAll(() => fixture.close());

describe('the health loop', () => {
  test('has a VM that is off made anew, and tells of fault, repair and recovery', async () => {
    watch();
    await vi.waitUntil(allWell, 20_000);
    const before = await member('worker/0');
    await powerOff(before.vm_cid);
    await vi.waitUntil(async () => (await recovery('worker/0')) !== undefined, 3000);
    expect(await openAlert('worker/0')).toMatchObject({ severity: 'warning', handled: true, category: 'vm' });
    await vi.waitUntil(async () => (await recovery('worker/0'))?.recoveredAt, 15_000);
    const found = await recovery('worker/0');
    expect(found).toMatchObject({ cause: 'its VM is off', title: 'worker/0 of blue', taskId: expect.any(Number) });
    expect(Date.parse(found?.detectedAt ?? '') - Date.parse(found?.beganAt ?? '')).toBeLessThan(1000);
    expect(await openAlert('worker/0')).toBeUndefined();
    expect((await member('worker/0')).vm_cid).not.toBe(before.vm_cid);
    const { rows } = await pool.query(`select phase from marks where subject = $1 order by id`, [
      `instance/${before.id}`,
    ]);
    expect(rows.map(({ phase }) => phase)).toEqual(['detected', 'acting', 'recovered']);
  }, 40_000);

  test('finds a VM that died while nobody looked', async () => {
    const { vm_cid: cid } = await member('worker/1');
    await powerOff(cid);
    watch();
    await vi.waitUntil(async () => (await member('worker/1')).vm_cid !== cid && isWell('worker/1'), 20_000);
  }, 30_000);

  test('fences a VM that is on but answers nobody, then has it made anew', async () => {
    watch();
    await vi.waitUntil(allWell, 20_000);
    await fixture.parts.clock.sleep(12_500);
    const { id, vm_cid: cid } = await member('worker/2');
    await cut(id, 'all', 60_000);
    const cutAt = Date.now();
    await vi.waitUntil(async () => (await recovery('worker/2')) !== undefined, 10_000);
    expect(Date.now() - cutAt).toBeLessThan(6000);
    expect(await recovery('worker/2')).toMatchObject({
      cause: expect.stringContaining('neither its agent nor its programs answer'),
    });
    await vi.waitUntil(async () => (await member('worker/2')).vm_cid !== cid && isWell('worker/2'), 20_000);
    const { rows } = await pool.query(`select title from marks where subject = $1 order by id`, [`instance/${id}`]);
    expect(rows.map(({ title }) => title)).toContain('worker/2 is fenced');
  }, 60_000);

  test('leaves a VM alone that its peers reach, says so, and fences it only after the partition timeout', async () => {
    await fixture.inTx((tx) =>
      saveDetectorSettings(tx, { partitionTimeoutSeconds: 12, processRestarts: 5, processWindowSeconds: 600 }, ADMIN),
    );
    watch();
    await vi.waitUntil(allWell, 20_000);
    await fixture.parts.clock.sleep(12_500);
    const { id, vm_cid: cid } = await member('worker/3');
    await cut(id, 'director', 120_000);
    await vi.waitUntil(async () => (await member('worker/3')).vm_health === 'partitioned', 20_000);
    expect(await openAlert('worker/3')).toMatchObject({ severity: 'error', title: 'worker/3 of blue is cut off' });
    expect((await member('worker/3')).vm_cid).toBe(cid);
    await vi.waitUntil(async () => (await member('worker/3')).vm_cid !== cid && isWell('worker/3'), 40_000);
  }, 90_000);

  test('repairs nothing while resurrection is off, says what to do, and repairs when it is on again', async () => {
    const { deployment } = (await pool.query(`select deployment from instances where group_name = 'worker' limit 1`))
      .rows[0];
    watch();
    await vi.waitUntil(allWell, 20_000);
    const { vm_cid: cid } = await member('worker/4');
    // at once: what the loop read before does not count any more
    await fixture.inTx((tx) => saveResurrection(tx, { enabled: true, off: [deployment] }, ADMIN));
    await powerOff(cid);
    await vi.waitUntil(async () => (await openAlert('worker/4'))?.handled === false, 5000);
    expect(await openAlert('worker/4')).toMatchObject({
      severity: 'error',
      handled: false,
      detail: expect.stringContaining(`tessera resurrection on --deployment ${deployment}`),
    });
    await fixture.parts.clock.sleep(3000);
    expect(await member('worker/4')).toMatchObject({ vm_cid: cid, vm_health: 'dead' });
    await fixture.inTx((tx) => saveResurrection(tx, { enabled: true, off: [] }, ADMIN));
    await vi.waitUntil(async () => (await member('worker/4')).vm_cid !== cid && isWell('worker/4'), 20_000);
    await vi.waitUntil(async () => (await openAlert('worker/4')) === undefined, 5000);
  }, 60_000);

  test('in a meltdown says so loudly, repairs one after the other, and ends by itself', async () => {
    await fixture.inTx((tx) =>
      saveMeltdownSettings(
        tx,
        {
          fleet: { minimumDown: 3, percent: 20, windowSeconds: 600 },
          group: { minimumDown: 3, percent: 51, windowSeconds: 60 },
          repairsInMeltdown: 1,
          repairsAtOnce: 6,
        },
        ADMIN,
      ),
    );
    watch();
    await vi.waitUntil(allWell, 20_000);
    // one of az2 stays on: an AZ that is off as a whole does not count
    const names = ['master/0', 'worker/0', 'worker/1', 'worker/2', 'worker/3'];
    expect((await pool.query(`select 1 from alerts where key = 'meltdown'`)).rowCount).toBe(0);
    const { rows: max } = await pool.query<{ id: number }>(`select max(id) as id from tasks`);
    // all in one turn of the process: the loop sees none of them off before the others
    const cids = (await Promise.all(names.map(member))).map(({ vm_cid: cid }) => cid);
    await Promise.all(cids.map(powerOff));
    await vi.waitUntil(async () => (await meltdownMarks()).length === 2 && allWell(), 60_000);
    const [began, ended] = await meltdownMarks();
    const { rows: repairs } = await pool.query<{ created_at: Date; finished_at: Date }>(
      `select created_at, finished_at from tasks where kind = 'repair-instance' and id > $1 order by id`,
      [max[0]?.id],
    );
    expect(repairs).toHaveLength(names.length);
    const meanwhile = repairs.filter(({ created_at: at }) => began && ended && at >= began.at && at < ended.at);
    // of five down, until two are left
    expect(meanwhile).toHaveLength(3);
    for (const [index, { finished_at: end }] of meanwhile.slice(0, -1).entries()) {
      expect(meanwhile[index + 1]?.created_at.getTime()).toBeGreaterThanOrEqual(end.getTime());
    }
    expect((await pool.query(`select severity, state from alerts where key = 'meltdown'`)).rows).toEqual([
      { severity: 'critical', state: 'resolved' },
    ]);
  }, 90_000);
});
