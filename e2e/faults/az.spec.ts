import { expect, test } from '@playwright/test';
import { Field, nameOf } from './field.ts';

/** One AZ of three loses its power; the director's API VM may lie in it. */
test.describe('a whole AZ', () => {
  test.describe.configure({ mode: 'default', timeout: 8 * 60_000 });
  let field: Field;

  test.beforeAll(async () => {
    test.setTimeout(10 * 60_000);
    field = await Field.start({ plan: 'medium', masters: 3, workers: 3 });
  });
  test.afterAll(() => field?.end());

  for (const az of ['az1', 'az2', 'az3']) {
    test(`${az} is off and on again: writes go on, workers are made elsewhere, and come home`, async () => {
      const before = (await field.vms()).map((vm) => `${nameOf(vm)} ${vm.labels['tessera.az']}`).toSorted();
      await field.fleet.shell.tessera('az-power', az, 'off');
      await field.expectWriting(20_000);
      await expect
        .poll(async () => (await field.vms()).filter((vm) => vm.isRunning && vm.labels['tessera.az'] === az).length, {
          timeout: 30_000,
          message: `VMs that run in ${az}`,
        })
        .toBe(0);
      await expect
        .poll(async () => running(await field.vms(), 'worker/').length, {
          timeout: 120_000,
          message: 'workers that run',
        })
        .toBe(3);
      expect(running(await field.vms(), 'master/'), 'masters stay where their disks are').toHaveLength(2);
      await field.fleet.shell.tessera('az-power', az, 'on');
      await expect
        .poll(async () => (await field.vms()).map((vm) => `${nameOf(vm)} ${vm.labels['tessera.az']}`).toSorted(), {
          timeout: 240_000,
          message: 'VMs and their AZs',
        })
        .toEqual(before);
      await field.expectWhole(180_000);
    });
  }
});

const running = (vms: Awaited<ReturnType<Field['vms']>>, group: string) =>
  vms.filter((vm) => vm.isRunning && nameOf(vm).startsWith(group));
