import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { EntryPage } from '../pages/entry-page.ts';
import { ADMINISTRATOR, type Cluster, Fleet } from './fleet.ts';
import { SmallDisk } from './small-disk.ts';

/** Room for PostgreSQL, an API VM and a cluster of two VMs, and the room that the second of them must find. */
const diskMib = 900;
const tooLittleMib = 120;
const fullForMs = 10_000;
const fillsWithinMs = 150_000;

/** The state folder lies on a small disk that fills up. */
test.describe('when the disk of the state folder is full', () => {
  test.describe.configure({ mode: 'serial', timeout: 6 * 60_000 });
  let disk: SmallDisk;
  let fleet: Fleet;
  let cluster: Cluster;

  test.beforeAll(async () => {
    test.setTimeout(8 * 60_000);
    disk = SmallDisk.mount(diskMib);
    // a log that is written all the time is the first to hit the end
    fleet = await Fleet.start({ state: disk.folder, env: { TESSERA_LOG_LEVEL: 'debug' } });
  });
  test.afterAll(async () => {
    await fleet?.destroy();
    disk?.unmount();
  });

  test('a VM is refused before anything of it is made, with the folder and the sums', async ({ browser }) => {
    disk.fillUpTo(tooLittleMib);
    cluster = await fleet.requestCluster('cramped');
    await fleet.expectCluster('cramped', 'failed', 60_000);
    expect(await fleet.vmsOf(cluster)).toEqual([]);

    const page = await browser.newPage({ baseURL: fleet.stack.url });
    await new EntryPage(page).logIn(ADMINISTRATOR.user_name, ADMINISTRATOR.password);
    await page.goto(`/tasks/${cluster.taskId}`);
    const sentence = new RegExp(
      `Only \\d+ MiB are free on the disk of ${disk.folder}; VM .* takes 256 MiB. Make room, then retry.`,
    );
    await expect(page.getByText(sentence).first()).toBeVisible();

    disk.makeRoom();
    await page.getByRole('button', { name: /^Retry from the failed step/ }).click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Succeeded', { timeout: 120_000 });
    await page.close();
    await fleet.expectWhole(cluster);
  });

  test('full to the last block, nothing ends for good: with room again all is as before', async () => {
    const kubectl = await fleet.kubectl('cramped');
    await kubectl('create', 'configmap', 'kept', '--from-literal=word=still here');
    const vms = (await fleet.engine.vms()).map((vm) => vm.name).toSorted();
    const launcher = fleet.stack.pid('launcher');
    const consoleProcess = fleet.stack.pid('console');
    disk.fillUpTo(0);
    // its successor writes a log, a record of its process and a row
    fleet.stack.kill('director');
    await sleep(fullForMs);
    // the last block of each log has room left for some lines
    await expect.poll(() => fleet.stack.output(), { timeout: fillsWithinMs }).toContain('lines are lost until it can');
    expect(fleet.stack.pid('launcher')).toBe(launcher);
    expect(fleet.stack.pid('console')).toBe(consoleProcess);

    disk.makeRoom();
    await expect
      .poll(async () => (await fleet.cluster('cramped'))?.lastActionState, { timeout: 90_000 })
      .toBe('succeeded');
    await expect
      .poll(async () => (await fleet.shell.attempt('pks', ['clusters'])).stdout, { timeout: 90_000 })
      .toMatch(/cramped .*succeeded/);
    await expect
      .poll(
        async () =>
          (await fleet.shell.attempt('kubectl', ['get', 'configmap', 'kept', '-o', 'jsonpath={.data.word}'])).stdout,
        { timeout: 90_000 },
      )
      .toBe('still here');
    expect((await fleet.engine.vms()).map((vm) => vm.name).toSorted()).toEqual(vms);
  });

  test('starting is refused with the folder and the sums, and is fine with room again', async () => {
    await fleet.stack.stop();
    disk.fillUpTo(8);
    await expect(fleet.stack.start()).rejects.toThrow(
      new RegExp(
        `Only \\d MiB are free on the disk of ${disk.folder}; starting takes 32 MiB. Make room, then start again.`,
      ),
    );
    disk.makeRoom();
    await fleet.stack.start();
    await fleet.expectCluster('cramped', 'succeeded', 30_000);
    await fleet.expectWhole(cluster);
  });
});
