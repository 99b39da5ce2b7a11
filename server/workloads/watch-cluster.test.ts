import { afterEach, beforeEach, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { systemClock } from '#server/platform/clock.ts';
import { createLog } from '#server/platform/log.ts';
import { COLLECTIONS } from './cluster-memory.ts';
import { FakeCluster, nodeObject, podObject, putWeb } from './kube-fixture.ts';
import { readSeen } from './seen-workloads.ts';
import { watchCluster } from './watch-cluster.ts';

const database = useTestDatabase();
const DEPLOYMENT = 'service-instance_demo';
const { pods, nodes } = COLLECTIONS;
let cluster: FakeCluster;
let stop: AbortController;
let watching: Promise<void>;

beforeEach(async () => {
  for (const table of ['workloads', 'marks', 'recoveries', 'alerts']) await database.pool.query(`delete from ${table}`);
  cluster = new FakeCluster();
  putWeb(cluster, 2);
  for (const name of ['worker-0', 'worker-1', 'worker-2']) cluster.put(nodes, nodeObject(name));
  cluster.put(pods, podObject('web-5f-a', { node: 'worker-0' }));
  cluster.put(pods, podObject('web-5f-b', { node: 'worker-1' }));
  start();
});
afterEach(async () => {
  stop.abort();
  await watching;
});

function start(): void {
  stop = new AbortController();
  const log = createLog('test', 'silent');
  watching = watchCluster(
    { pool: database.pool, api: cluster, clock: systemClock, log, signal: stop.signal },
    { deployment: DEPLOYMENT, name: 'demo' },
  );
}

const read = () => inTransaction(database.pool, (tx) => readSeen(tx, DEPLOYMENT));
const podNames = async () => (await read()).seen.pods.map((pod) => pod.name);
const marks = async () =>
  (await database.pool.query('select lane, phase, title from marks order by id')).rows.map(
    (row) => `${row.lane} ${row.phase}: ${row.title}`,
  );
const recoveries = async () =>
  (await database.pool.query('select * from recoveries order by id')).rows.map((row) => ({
    cause: row.cause,
    title: row.title,
    acted: row.acted_at !== null,
    over: row.recovered_at !== null,
  }));
const soon = { timeout: 5000, interval: 20 };

test('what is there at first is shown and is no news', async () => {
  await expect.poll(podNames, soon).toEqual(['web-5f-a', 'web-5f-b']);
  const { seen, heardAt, problem } = await read();
  expect(seen.pods[0]).toMatchObject({ node: 'worker-0', keeper: 'Deployment/web', ready: true, startMs: 0 });
  expect(seen.nodes[0]).toMatchObject({
    name: 'worker-0',
    status: 'Ready',
    zone: 'az1',
    requests: { cpu: 250, memory: 64 },
  });
  expect(seen.workloads).toEqual([{ kind: 'Deployment', namespace: 'default', name: 'web', desired: 2, ready: 2 }]);
  expect(heardAt).not.toBeNull();
  expect(problem).toBeNull();
  expect(await marks()).toEqual([]);
});

test('a deleted pod opens a recovery, its successor ends it, and each moment is a mark', async () => {
  await expect.poll(podNames, soon).toHaveLength(2);
  cluster.put(pods, podObject('web-5f-a', { ready: true, deletionTimestamp: new Date().toISOString(), grace: 0 }));
  cluster.put(pods, podObject('web-5f-c', { node: null, ready: false }));
  await expect.poll(recoveries, soon).toEqual([
    {
      cause: 'pod deleted on worker-0',
      title: 'Deployment/default/web lost pod web-5f-a',
      acted: false,
      over: false,
    },
  ]);
  cluster.put(pods, podObject('web-5f-c', { node: 'worker-2', ready: false }));
  await expect.poll(async () => (await recoveries())[0]?.acted, soon).toBe(true);
  cluster.remove(pods, 'default', 'web-5f-a');
  cluster.put(pods, podObject('web-5f-c', { node: 'worker-2', ready: true }));
  await expect.poll(async () => (await recoveries())[0]?.over, soon).toBe(true);
  expect(await marks()).toEqual([
    'pod detected: Pod web-5f-a is deleted on worker-0',
    'pod acting: Pod web-5f-c goes to worker-2',
    'pod note: Pod web-5f-a is gone on worker-0',
    'pod recovered: Pod web-5f-c is ready on worker-2',
  ]);
});

test('a pod that goes because fewer are wanted is no fault', async () => {
  await expect.poll(podNames, soon).toHaveLength(2);
  putWeb(cluster, 1);
  cluster.remove(pods, 'default', 'web-5f-b');
  await expect.poll(marks, soon).toHaveLength(2);
  expect(await recoveries()).toEqual([]);
});

test('a node that is declared dead loses its pods once, though the cluster still calls them ready', async () => {
  await expect.poll(podNames, soon).toHaveLength(2);
  const taint = { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' };
  cluster.put(nodes, nodeObject('worker-0', { taints: [taint] }));
  await expect.poll(recoveries, soon).toHaveLength(1);
  cluster.put(nodes, nodeObject('worker-0', { taints: [taint], ready: false }));
  cluster.remove(pods, 'default', 'web-5f-a');
  cluster.put(pods, podObject('web-5f-c', { node: 'worker-2' }));
  await expect
    .poll(recoveries, soon)
    .toEqual([
      { cause: 'node worker-0 is down', title: 'Deployment/default/web lost pod web-5f-a', acted: true, over: true },
    ]);
  expect(await marks()).toContain(
    'node note: Node worker-0 is tainted node.kubernetes.io/out-of-service=nodeshutdown:NoExecute',
  );
});

test('a watch that ends goes on where it was: nothing is listed again, nothing is missed', async () => {
  await expect.poll(podNames, soon).toHaveLength(2);
  const lists = () => cluster.asked.filter((line) => line.startsWith(`GET ${pods}?`)).length;
  const before = lists();
  cluster.endWatches();
  cluster.put(pods, podObject('lone', { owner: null }));
  await expect.poll(podNames, soon).toEqual(['lone', 'web-5f-a', 'web-5f-b']);
  expect(lists()).toBe(before);
});

test('a version that is no longer kept leads to a new list, and what is gone since then is gone', async () => {
  await expect.poll(podNames, soon).toHaveLength(2);
  cluster.goDown();
  cluster.remove(pods, 'default', 'web-5f-b');
  cluster.expire();
  cluster.isUp = true;
  await expect.poll(podNames, soon).toEqual(['web-5f-a']);
  await expect.poll(recoveries, soon).toHaveLength(1);
});

test('a silent API is said, with the last that was seen, and forgotten when it answers again', async () => {
  await expect.poll(podNames, soon).toHaveLength(2);
  cluster.goDown();
  await expect
    .poll(async () => (await read()).problem, { timeout: 8000, interval: 50 })
    .toMatch(/^The API of demo is not heard\. .+ did not answer/);
  expect(await podNames()).toHaveLength(2);
  cluster.isUp = true;
  await expect.poll(async () => (await read()).problem, { timeout: 8000, interval: 50 }).toBeNull();
});

test('a recovery that a director left open is ended by the next one', async () => {
  await expect.poll(podNames, soon).toHaveLength(2);
  cluster.remove(pods, 'default', 'web-5f-a');
  await expect.poll(recoveries, soon).toHaveLength(1);
  stop.abort();
  await watching;
  cluster.put(pods, podObject('web-5f-c', { node: 'worker-2' }));
  start();
  await expect.poll(async () => (await recoveries())[0]?.over, soon).toBe(true);
});

test('an idle cluster is asked for next to nothing', async () => {
  await expect.poll(podNames, soon).toHaveLength(2);
  await systemClock.sleep(300);
  const before = cluster.asked.length;
  await systemClock.sleep(3000);
  expect(cluster.asked.length - before).toBeLessThanOrEqual(1);
});
