import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { whyNot } from '#model/infrastructure.ts';
import { SYSTEM_ACTOR } from '#model/role.ts';
import type { Cpi } from '#server/cpi/cpi.ts';
import { createSimulatedCpi } from '#server/cpi/simulated/cpi.ts';
import { DOWN_FILE } from '#server/cpi/simulated/faults.ts';
import { World } from '#server/cpi/simulated/world.ts';
import { systemClock } from '#server/platform/clock.ts';
import { newUuid } from '#server/platform/ids.ts';
import { createLog } from '#server/platform/log.ts';
import { listInfrastructure } from './list-infrastructure.ts';
import { recordInfrastructure } from './record-infrastructure.ts';
import { planSwitchAz, switchAz } from './switch-az.ts';

const { pool } = useTestDatabase();
const log = createLog('test', 'fatal');
const options = () => ({ signal: AbortSignal.timeout(10_000) });
let folder: string;
let cpi: Cpi;
let stop: AbortController;
let running: Promise<void>;
let stemcell: string;
let nextHost = 10;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tessera-infrastructure-'));
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ key: 'cafe'.repeat(16) }));
  cpi = createSimulatedCpi(World.open({ state: folder }, { clock: systemClock, log }));
  stemcell = await cpi.createStemcell(folder, options());
  await cpi.createNetwork({ name: 'default', cidr: '10.1.4.0/24', gateway: '10.1.4.1' }, options());
  await pool.query(`insert into deployments (name, manifest) values ('blue', '{}')`);
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  stop = new AbortController();
  running = recordInfrastructure({ pool, cpi, clock: systemClock, log, signal: stop.signal });
});
afterEach(async () => {
  stop.abort();
  await running;
});

async function makeVm(index: number, az = 'az1') {
  const instance = newUuid();
  const address = `10.1.4.${nextHost++}`;
  const cid = await cpi.createVm(
    {
      instance,
      stemcell,
      cloudProperties: { memoryMib: 128, cpu: 1 },
      network: { cid: 'network-default', address },
      disks: [],
      hostname: `worker-${index}`,
      metadata: { deployment: 'blue', group: 'worker', instance, index: String(index), az, name: `worker/${index}` },
      bootstrap: '{}',
    },
    options(),
  );
  return { instance, address, cid };
}
const addInstance = (vm: { instance: string; cid: string; address: string }, index: number) =>
  pool.query(
    `insert into instances (id, deployment, group_name, index, az, network, address, vm_type, stemcell, vm_cid, job_state, vm_health)
     values ($1, 'blue', 'worker', $2, 'az1', 'n', $3, 'small', 's', $4, 'running', 'alive')`,
    [vm.instance, index, vm.address, vm.cid],
  );
const list = () => inTransaction(pool, listInfrastructure);
const find = async (cid: string) => (await list()).vms.find((vm) => vm.cid === cid);
const poll = (look: () => unknown) => expect.poll(look, { timeout: 4000, interval: 20 });

describe('the recorder', () => {
  test('shows a VM with what the infrastructure and what the platform say of it', async () => {
    const vm = await makeVm(0);
    await addInstance(vm, 0);
    await poll(async () => (await find(vm.cid))?.power).toBe('on');
    expect(await find(vm.cid)).toMatchObject({
      name: 'worker/0',
      deployment: 'blue',
      address: vm.address,
      az: 'az1',
      vmType: 'small',
      instance: { id: vm.instance, jobState: 'running', vmHealth: 'alive' },
      taskId: null,
    });
    expect((await list()).heardAt).not.toBeNull();
  });

  test('tells at once, by an event, that a VM stopped, and since when', async () => {
    const vm = await makeVm(1);
    await poll(async () => (await find(vm.cid))?.power).toBe('on');
    const { rows: before } = await pool.query('select coalesce(max(id), 0) as id from events');
    const started = performance.now();
    await cpi.powerOffVm(vm.cid, options());
    await poll(async () => (await find(vm.cid))?.power).toBe('off');
    // the 2 s of the next look are not waited for
    expect(performance.now() - started).toBeLessThan(1500);
    const { rows } = await pool.query(`select type, subject from events where id > $1`, [before[0].id]);
    expect(rows).toContainEqual({ type: 'health.changed', subject: 'infrastructure/vms' });
    const off = await find(vm.cid);
    expect(Date.parse(off?.changedAt ?? '')).toBeGreaterThan(Date.parse(off?.createdAt ?? ''));
    await cpi.deleteVm(vm.cid, options());
    await poll(() => find(vm.cid)).toBeUndefined();
  });

  test('a VM that the platform has and the infrastructure has not is missing', async () => {
    const vm = { instance: newUuid(), cid: 'gone', address: '10.1.4.9' };
    await addInstance(vm, 9);
    expect(await find('gone')).toMatchObject({ power: 'missing', name: 'worker/9' });
    expect(whyNot((await find('gone')) ?? { power: 'on', instance: null, taskId: null }, 'power-off')).toContain(
      'Recreate',
    );
  });

  test('says why the infrastructure does not answer, keeps what it last said, and that it answers again', async () => {
    const vm = await makeVm(2);
    await poll(async () => (await find(vm.cid))?.power).toBe('on');
    const down = join(folder, DOWN_FILE);
    writeFileSync(down, '');
    await poll(async () => (await list()).problem).toContain('does not answer');
    expect((await find(vm.cid))?.power).toBe('on');
    expect(existsSync(down)).toBe(true);
    rmSync(down);
    await poll(async () => (await list()).problem).toBeNull();
  });

  test('forgets what went while nobody looked', async () => {
    const vm = await makeVm(3);
    await poll(async () => (await find(vm.cid))?.power).toBe('on');
    stop.abort();
    await running;
    await cpi.deleteVm(vm.cid, options());
    stop = new AbortController();
    running = recordInfrastructure({ pool, cpi, clock: systemClock, log, signal: stop.signal });
    await poll(() => find(vm.cid)).toBeUndefined();
  });
});

describe('the switch of an AZ', () => {
  test('is a task with its reason in the audit; it needs the right and an AZ that exists', async () => {
    await pool.query(`insert into az_states (name, state, power) values ('az1', 'up', 'on')`);
    const request = { az: 'az1', power: 'off' as const, reason: 'power test' };
    const { taskId } = await inTransaction(pool, (tx) => switchAz(tx, request, SYSTEM_ACTOR));
    const { rows } = await pool.query(`select action, subject, detail from audit order by id desc limit 1`);
    expect(rows).toEqual([{ action: 'az-off', subject: 'az/az1', detail: { reason: 'power test' } }]);
    const [task] = (await pool.query('select kind, subject, description, input from tasks where id = $1', [taskId]))
      .rows;
    expect(task).toMatchObject({ kind: 'switch-az', description: 'Switch AZ az1 off: power test' });
    const plan = await inTransaction(pool, (tx) => planSwitchAz(tx, task));
    expect(plan.stages[0]?.batches[0]?.[0]?.steps[0]).toMatchObject({
      kind: 'switch-az',
      input: { az: 'az1', power: 'off' },
    });
    const viewer = { name: 'vera', userId: null, groups: ['opsman.full_view'] };
    await expect(inTransaction(pool, (tx) => switchAz(tx, request, viewer))).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(
      inTransaction(pool, (tx) => switchAz(tx, { ...request, az: 'az9' }, SYSTEM_ACTOR)),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});

test('power is switched whatever else is at work; other deeds wait for their turn', () => {
  const instance = { id: newUuid(), jobState: 'running' as const, vmHealth: 'alive' as const };
  const vm = { power: 'on' as const, instance, taskId: 7 };
  expect(whyNot(vm, 'power-off')).toBeNull();
  expect(whyNot(vm, 'recreate')).toBe('Task 7 is at work on it.');
  expect(whyNot({ ...vm, taskId: null }, 'power-on')).toBe('It is on.');
  expect(whyNot({ ...vm, instance: null }, 'recreate')).toContain('No instance');
});
