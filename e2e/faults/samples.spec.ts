import { expect, test } from '@playwright/test';
import { withDatabase } from '../real/database.ts';
import { Fleet } from '../real/fleet.ts';
import { type Sampled, Samples } from '../real/samples.ts';

/** Two samples on a cluster with two workers: deployed, asked, broken in both ways pods go, and removed without a trace. */
test.describe('samples', () => {
  test.describe.configure({ mode: 'serial', timeout: 6 * 60_000 });
  const name = 'sampled';
  let fleet: Fleet;
  let samples: Samples;

  test.beforeAll(async () => {
    test.setTimeout(12 * 60_000);
    fleet = await Fleet.start();
    await fleet.requestCluster(name, { workers: 2 });
    await fleet.expectCluster(name, 'succeeded', 240_000);
    samples = new Samples(fleet, name);
  });
  test.afterAll(() => fleet?.destroy());

  test('nginx: two pods of a ReplicationController, on a port of every node', async () => {
    await samples.deploy('nginx');
    const seen = await samples.seen();
    expect(seen.workloads).toContainEqual(
      expect.objectContaining({ kind: 'ReplicationController', name: 'nginx-controller', desired: 2, ready: 2 }),
    );
    const pods = seen.pods.filter((pod) => pod.keeper === 'ReplicationController/nginx-controller');
    expect(new Set(pods.map((pod) => pod.node)).size, 'nodes of the two pods').toBe(2);
    const [nginx] = (await samples.list()).filter((sample) => sample.id === 'nginx');
    expect(nginx?.addresses).toHaveLength(2);
    for (const address of nginx?.addresses ?? []) expect(await textOf(address)).toContain('It works');
  });

  test('orders: the five requests of the walk-through', async () => {
    await samples.deploy('orders');
    for (const request of ['create-index', 'create-order-type', 'create-customer-1', 'create-customer-2'])
      await samples.ask('orders', request);
    expect(await samples.ask('orders', 'get-customer-1')).toContain('Ada Lovelace');
  });

  test('a pod deleted by kubectl is noticed, made again and keeps its data', async () => {
    const kubectl = await fleet.kubectl(name);
    const [before] = await samples.podsOf('orders');
    await kubectl('delete', 'pod', before?.name ?? 'none', '--wait=false');
    await samples.expectReady('orders', { not: before?.uid ?? '' });
    expect(await samples.ask('orders', 'get-customer-1')).toContain('Ada Lovelace');
    await expect.poll(() => recoveriesOf(fleet, before?.name ?? ''), { timeout: 30_000 }).toEqual(['pod over']);
  });

  test('a worker that dies loses its pod to the other one, and the volume goes along', async () => {
    const before = await samples.killVmUnder('orders');
    await samples.expectReady('orders', { not: before.uid });
    // the old one may still be listed, as one that ends
    const after = (await samples.podsOf('orders')).find((pod) => pod.uid !== before.uid);
    expect(after?.node).not.toBe(before.node);
    expect(await samples.ask('orders', 'get-customer-1')).toContain('Ada Lovelace');
    await expect.poll(() => recoveriesOf(fleet, before.name), { timeout: 30_000 }).toEqual(['pod over']);
    await expect
      .poll(async () => (await samples.seen()).nodes.filter((node) => node.status === 'Ready').length, {
        timeout: 120_000,
        message: 'workers that are Ready',
      })
      .toBe(2);
  });

  test('removed, nothing of them is left, their data neither', async () => {
    for (const sample of ['orders', 'nginx']) await fleet.shell.tessera('sample', 'remove', name, sample);
    const kubectl = await fleet.kubectl(name);
    const left = await kubectl('get', 'rc,deploy,pods,pvc', '-o', 'name');
    expect(left.trim()).toBe('');
    expect((await kubectl('get', 'services', '-o', 'name')).trim()).toBe('service/kubernetes');
    await expect.poll(async () => (await kubectl('get', 'pv', '-o', 'name')).trim(), { timeout: 60_000 }).toBe('');
    expect((await samples.list()).map((sample: Sampled) => sample.state)).toEqual([null, null, null]);
  });
});

async function textOf(url: string): Promise<string> {
  return (await fetch(url, { headers: { connection: 'close' }, signal: AbortSignal.timeout(5000) })).text();
}

/** What is known of the loss of one pod. */
async function recoveriesOf(fleet: Fleet, pod: string): Promise<string[]> {
  return withDatabase(fleet.stack, async (client) => {
    const { rows } = await client.query<{ layer: string; over: boolean }>(
      'select layer, recovered_at is not null as over from recoveries where subject like $1',
      [`%/${pod}`],
    );
    return rows.map((row) => `${row.layer} ${row.over ? 'over' : 'open'}`);
  });
}
