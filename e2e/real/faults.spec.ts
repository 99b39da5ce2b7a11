import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { EntryPage } from '../pages/entry-page.ts';
import type { ProcessName } from '../stack.ts';
import { ADMINISTRATOR, Fleet } from './fleet.ts';

/** A cluster of two VMs takes about fifteen seconds when nothing happens. */
const createMs = 150_000;
const repairMs = 90_000;
const awayMs = 5_000;

/** What happens to one machine, happens to a cluster that is being made: it is made all the same, once, and nothing is lost. */
test.describe('while a cluster is being created', () => {
  test.describe.configure({ timeout: 4 * 60_000 });
  let fleet: Fleet;

  test.beforeAll(async () => {
    test.setTimeout(8 * 60_000);
    fleet = await Fleet.start();
  });
  test.afterAll(async () => {
    await fleet?.destroy();
  });

  test('a VM is killed as soon as it appears: another takes its place, none twice', async () => {
    const cluster = await fleet.requestCluster('shot');
    const victim = await fleet.firstVm(cluster, 'worker/');
    await fleet.engine.kill(victim.name);
    await fleet.expectCluster('shot', 'succeeded', createMs);
    await fleet.expectWhole(cluster);
    expect((await fleet.vmsOf(cluster)).map((vm) => vm.name)).not.toContain(victim.name);
    await fleet.deleteCluster('shot');
  });

  test('the director is killed: the next one goes on with the VMs that are there', async () => {
    const cluster = await fleet.requestCluster('orphaned');
    const first = await fleet.firstVm(cluster);
    const before = fleet.stack.pid('director');
    fleet.stack.kill('director');
    await fleet.expectCluster('orphaned', 'succeeded', createMs);
    expect(fleet.stack.pid('director')).not.toBe(before);
    await fleet.expectWhole(cluster);
    expect((await fleet.vmsOf(cluster)).map((vm) => vm.name)).toContain(first.name);
    await fleet.deleteCluster('orphaned');
  });

  test('the console is killed: the page says so, comes back by itself and shows the run', async ({ browser }) => {
    const page = await browser.newPage({ baseURL: fleet.stack.url });
    await new EntryPage(page).logIn(ADMINISTRATOR.user_name, ADMINISTRATOR.password);
    const cluster = await fleet.requestCluster('unwatched');
    await page.goto(`/tasks/${cluster.taskId}`);
    const heading = page.getByRole('heading', { level: 1 });
    await expect(heading).toContainText('Working');
    await fleet.firstVm(cluster);
    fleet.stack.kill('console');
    await expect(page.getByText('Not live', { exact: true })).toBeVisible();
    await expect(page.getByText('Live', { exact: true })).toBeVisible({ timeout: 60_000 });
    await expect(heading).toContainText('Succeeded', { timeout: createMs });
    await page.close();
    await fleet.expectWhole(cluster);
    await fleet.deleteCluster('unwatched');
  });

  test('PostgreSQL is away for some seconds: the run waits for it and goes on', async () => {
    const cluster = await fleet.requestCluster('patient');
    await fleet.firstVm(cluster);
    await keepDown('postgres');
    await fleet.expectCluster('patient', 'succeeded', createMs);
    await fleet.expectWhole(cluster);
    await fleet.deleteCluster('patient');
  });

  test('the container engine is away for some seconds: the run waits for it and goes on', async () => {
    const cluster = await fleet.requestCluster('handless');
    await keepDown('podman');
    await fleet.expectCluster('handless', 'succeeded', createMs);
    await fleet.expectWhole(cluster);
    await fleet.deleteCluster('handless');
  });

  /** Kills a process each time the launcher has started it again, for some seconds. */
  async function keepDown(name: ProcessName): Promise<void> {
    const until = performance.now() + awayMs;
    while (performance.now() < until) {
      if (fleet.stack.pid(name) !== undefined) fleet.stack.kill(name);
      await sleep(50);
    }
  }

  test('all VMs and the gateway address are gone: they come back with their addresses and disks', async () => {
    const cluster = await fleet.requestCluster('risen');
    await fleet.expectCluster('risen', 'succeeded', createMs);
    const kubectl = await fleet.kubectl('risen');
    await kubectl('create', 'configmap', 'kept', '--from-literal=word=still here');
    const before = await fleet.engine.containers();
    await fleet.engine.kill(...before.map((container) => container.name));

    const addresses = (containers: typeof before) =>
      containers
        .filter((one) => one.isRunning)
        .map((one) => one.labels['tessera.address'] ?? 'anchor')
        .toSorted();
    await expect
      .poll(async () => addresses(await fleet.engine.containers()), { timeout: repairMs })
      .toEqual(addresses(before));
    await expect
      .poll(
        async () => {
          const { stdout, stderr } = await fleet.shell.attempt('pks', ['clusters']);
          return stdout + stderr;
        },
        { timeout: repairMs },
      )
      .toMatch(/risen .*succeeded/);
    await expect
      .poll(
        async () =>
          (await fleet.shell.attempt('kubectl', ['get', 'configmap', 'kept', '-o', 'jsonpath={.data.word}'])).stdout,
        { timeout: repairMs },
      )
      .toBe('still here');
    await fleet.expectWhole(cluster);
    await fleet.deleteCluster('risen');
  });
});
