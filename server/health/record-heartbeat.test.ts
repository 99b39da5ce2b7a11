import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { deployments, instances } from '#db/schema/deployments.ts';
import { events } from '#db/schema/events.ts';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import type { ProcessReport, Vitals } from '#model/deployment.ts';
import { systemClock } from '#server/platform/clock.ts';
import { newUuid } from '#server/platform/ids.ts';
import { createLog } from '#server/platform/log.ts';
import { type Heartbeat, HeartbeatRecorder } from './record-heartbeat.ts';

const database = useTestDatabase();
let instance = '';
let stop: AbortController;
let recorder: HeartbeatRecorder;
let loop: Promise<void>;

const ETCD: ProcessReport = {
  name: 'etcd',
  job: 'etcd',
  state: 'running',
  pid: 7,
  uptimeSeconds: 1,
  memoryKib: 100,
  cpuPercent: 0.5,
  restarts: 0,
  lastExit: null,
};
const VITALS: Vitals = {
  cpuPercent: 1,
  memoryKib: 100,
  memoryPercent: 10,
  load: [0, 0, 0],
  disk: { system: 1, ephemeral: null, persistent: null },
  uptimeSeconds: 9,
};
const beat = (more: Partial<Heartbeat> = {}): Heartbeat => ({
  jobState: 'running',
  digest: 'd',
  processes: [{ ...ETCD }],
  vitals: null,
  ...more,
});

const row = async () => {
  const [found] = await inTransaction(database.pool, (tx) =>
    tx.db.select().from(instances).where(eq(instances.id, instance)).limit(1),
  );
  return found;
};
const news = () =>
  inTransaction(database.pool, async (tx) => {
    const rows = await tx.db
      .select()
      .from(events)
      .where(eq(events.subject, `instance/${instance}`))
      .orderBy(events.id)
      .limit(100);
    return rows.map((event) => event.data);
  });
const begin = () => {
  stop = new AbortController();
  recorder = new HeartbeatRecorder({ pool: database.pool, clock: systemClock, log: createLog('test', 'fatal') });
  loop = recorder.run(stop.signal);
};

beforeEach(async () => {
  instance = newUuid();
  await inTransaction(database.pool, async (tx) => {
    await tx.db.insert(deployments).values({ name: instance, manifest: {} });
    await tx.db.insert(instances).values({
      id: instance,
      deployment: instance,
      groupName: 'master',
      index: 0,
      az: 'az1',
      network: 'n',
      address: '10.0.0.1',
      vmType: 'small',
      stemcell: 's',
      vmCid: 'vm-1',
    });
  });
  begin();
});
afterEach(async () => {
  stop.abort();
  await loop;
});

test('what an agent says is written with one event; vitals that were not measured keep their last value', async () => {
  recorder.recordState(instance, beat({ vitals: VITALS }));
  await vi.waitUntil(async () => (await row())?.jobState === 'running', 3000);
  expect(await row()).toMatchObject({ appliedDigest: 'd', vitals: VITALS, processes: [ETCD] });
  expect(await news()).toMatchObject([
    { deployment: instance, jobState: 'running', appliedDigest: 'd', processes: [ETCD], vitals: VITALS },
  ]);
  recorder.recordState(instance, beat({ jobState: 'failing' }));
  await vi.waitUntil(async () => (await row())?.jobState === 'failing', 3000);
  expect(await row()).toMatchObject({ vitals: VITALS });
  expect(await news()).toHaveLength(2);
});

test('many changes within a second are one write', async () => {
  recorder.recordState(instance, beat());
  await vi.waitUntil(async () => (await news()).length === 1, 3000);
  for (let count = 1; count <= 20; count += 1)
    recorder.recordState(instance, beat({ processes: [{ ...ETCD, restarts: count }] }));
  await vi.waitUntil(async () => (await news()).length > 1, 3000);
  expect(await news()).toMatchObject([{}, { processes: [{ restarts: 20 }] }]);
});

test('the end of a process is seen before its next state', async () => {
  recorder.recordState(instance, beat());
  await vi.waitUntil(async () => (await row())?.jobState === 'running', 3000);
  recorder.recordExit(instance, { process: 'etcd', exit: 'killed by SIGKILL', restarts: 1 });
  await vi.waitUntil(async () => (await news()).length === 2, 3000);
  expect(await row()).toMatchObject({
    processes: [{ state: 'starting', pid: null, lastExit: 'killed by SIGKILL', restarts: 1 }],
  });
});

test('a lost agent is unresponsive after three pings, keeps what it last said, and is well again with its next hello', async () => {
  recorder.recordState(instance, beat({ vitals: VITALS }));
  await vi.waitUntil(async () => (await row())?.jobState === 'running', 3000);
  const heard = (await row())?.lastHeardAt;
  recorder.recordLost(instance);
  await vi.waitUntil(async () => (await row())?.jobState === 'unresponsive agent', 6000);
  expect(await row()).toMatchObject({ processes: [ETCD], vitals: VITALS, appliedDigest: 'd' });
  expect((await row())?.lastHeardAt?.getTime()).toBeLessThanOrEqual((heard?.getTime() ?? 0) + 6000);
  recorder.recordState(instance, beat());
  await vi.waitUntil(async () => (await row())?.jobState === 'running', 3000);
});

test('an agent that is away for less than three pings is not called unresponsive', async () => {
  recorder.recordState(instance, beat());
  await vi.waitUntil(async () => (await row())?.jobState === 'running', 3000);
  recorder.recordLost(instance);
  await systemClock.sleep(1500);
  recorder.recordState(instance, beat());
  await systemClock.sleep(2500);
  expect((await news()).map((data) => data.jobState)).not.toContain('unresponsive agent');
});

test('a VM that died while no director looked becomes unresponsive', async () => {
  stop.abort();
  await loop;
  await inTransaction(database.pool, (tx) =>
    tx.db.update(instances).set({ jobState: 'running' }).where(eq(instances.id, instance)),
  );
  begin();
  await vi.waitUntil(async () => (await row())?.jobState === 'unresponsive agent', 9000);
});

test('an agent that says hello before its VM is recorded is written when it is', async () => {
  const setVm = (vmCid: string | null) =>
    inTransaction(database.pool, (tx) =>
      tx.db.update(instances).set({ vmCid, jobState: 'starting' }).where(eq(instances.id, instance)),
    );
  await setVm(null);
  recorder.recordState(instance, beat());
  await systemClock.sleep(1200);
  expect((await row())?.jobState).toBe('starting');
  await setVm('vm-2');
  await vi.waitUntil(async () => (await row())?.jobState === 'running', 4000);
});
