import { expect, test } from '@playwright/test';
import { Fleet } from '../real/fleet.ts';
import { Samples } from '../real/samples.ts';

/** The walk-through's own application: its image is made on request, which takes minutes where the cache has none. */
test.describe('Elasticsearch', () => {
  test.describe.configure({ mode: 'serial', timeout: 20 * 60_000 });
  const name = 'es-cluster';
  let fleet: Fleet;
  let samples: Samples;

  test.beforeAll(async () => {
    test.setTimeout(15 * 60_000);
    fleet = await Fleet.start();
    await fleet.requestCluster(name, { workers: 2 });
    await fleet.expectCluster(name, 'succeeded', 240_000);
    samples = new Samples(fleet, name);
  });
  test.afterAll(() => fleet?.destroy());

  test('is made, imported on the workers that run, deployed, and answers the five requests', async () => {
    await samples.deploy('elasticsearch');
    for (const request of ['create-index', 'create-order-type', 'create-customer-1', 'create-customer-2'])
      await samples.ask('elasticsearch', request);
    expect(await samples.ask('elasticsearch', 'get-customer-1')).toContain('Ada Lovelace');
  });

  test('goes to the other worker with its data when its VM dies; the new VM has the image again', async () => {
    const before = await samples.killVmUnder('elasticsearch');
    await samples.expectReady('elasticsearch', { not: before.uid });
    expect(await samples.ask('elasticsearch', 'get-customer-1')).toContain('Ada Lovelace');
    const kubectl = await fleet.kubectl(name);
    const images = async () => kubectl('get', 'node', before.node, '-o', 'jsonpath={.status.images[*].names[*]}');
    await expect.poll(images, { timeout: 180_000 }).toContain('registry.tessera.local/elasticsearch:7.17.9');
  });

  test('is removed with its volume', async () => {
    await fleet.shell.tessera('sample', 'remove', name, 'elasticsearch');
    const kubectl = await fleet.kubectl(name);
    expect((await kubectl('get', 'deploy,pods,pvc', '-o', 'name')).trim()).toBe('');
  });
});
