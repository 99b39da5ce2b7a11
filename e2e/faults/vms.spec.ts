import { expect, test } from '@playwright/test';
import { etcdctl } from '../real/etcdctl.ts';
import { findProcess, runInVm, signal } from '../real/vm-processes.ts';
import { Field, nameOf } from './field.ts';

const agentName = 'node';
const agentStoppedMs = 15_000;
const cutMs = 20_000;
/** The programs' lease is for 8 s and was renewed within the last one. */
const earlyMs = 6_000;

/** VMs of a cluster of three masters and three workers over three AZs, one fault after the other; the plain ones are in real/recovery.spec.ts. */
test.describe('VMs', () => {
  test.describe.configure({ mode: 'default', timeout: 6 * 60_000 });
  let field: Field;

  test.beforeAll(async () => {
    test.setTimeout(10 * 60_000);
    field = await Field.start({ plan: 'medium', masters: 3, workers: 3 });
  });
  test.afterAll(() => field?.end());

  test('the agent alone hangs: that costs no VM', async () => {
    const before = await field.vm('worker/2');
    signal(agentOf(before.pid), 'SIGSTOP');
    await field.expectKept(before, agentStoppedMs);
    await field.expectWhole();
  });

  test('the agent is killed: that disturbs no process', async () => {
    const before = await field.vm('worker/2');
    const kubelet = findProcess(before.pid, 'kubelet')?.pid;
    signal(agentOf(before.pid), 'SIGKILL');
    await field.expectWhole();
    expect(findProcess(before.pid, 'kubelet')?.pid).toBe(kubelet);
    expect((await field.vm('worker/2')).name).toBe(before.name);
  });

  test('the master whose programs lead is killed: those of another lead before their lease has run out', async () => {
    const leader = (await field.kubernetes.leaderOf('kube-controller-manager')) ?? 'nobody';
    const before = await field.vm(leader.replace('-', '/'));
    await field.fleet.engine.kill(before.name);
    const other = async () => {
      const now = await field.kubernetes.leaderOf('kube-controller-manager').catch(() => null);
      return now !== null && now !== leader;
    };
    await expect.poll(other, { timeout: earlyMs, intervals: [100] }).toBe(true);
    await field.replaced(before);
    await field.expectWhole();
  });

  test('the disk is lost under the VM that a repair just made: another is made, the member is exchanged', async () => {
    const before = await field.vm('master/0');
    const lost = await field.diskOf(before);
    await field.fleet.engine.kill(before.name);
    const replacement = await field.replaced(before);
    field.removeDisk(lost);
    await field.replaced(replacement);
    field.forgetDisks();
    await field.expectWhole(180_000);
  });

  test('a member is taken out of the books behind its back: its data is put aside, it learns and votes', async () => {
    const witness = await field.vm('master/0');
    const victim = await field.vm('master/1');
    const id = /^(\w+), started, master-1,/m.exec(await etcdctl(witness, 'member', 'list'))?.[1] ?? 'nobody';
    await etcdctl(witness, 'member', 'remove', id);
    await field.replaced(victim, 180_000);
    await field.expectWhole(180_000);
    const votes = /, started, master-\d, .*, false$/gm;
    expect((await etcdctl(witness, 'member', 'list')).match(votes)).toHaveLength(3);
  });

  test('two VMs at once: a master and a worker', async () => {
    const both = [await field.vm('master/2'), await field.vm('worker/0')];
    await field.fleet.engine.kill(...both.map((vm) => vm.name));
    await field.expectWriting(10_000);
    for (const vm of both) await field.replaced(vm);
    await field.expectWhole();
  });

  test('cut from the director but not from its cluster: it must not become two', async () => {
    const before = await field.vm('worker/1');
    const rule = ['-d', field.gateway, '-j', 'DROP'];
    await runInVm(before.pid, 'iptables', '-I', 'OUTPUT', ...rule);
    try {
      await field.expectKept(before, cutMs);
      expect(await field.kubernetes.readyNodes()).toContain(nameOf(before).replace('/', '-'));
    } finally {
      // the cut ends with the VM: one that was replaced must not hide that it was
      const isThere = (await field.vms()).some((vm) => vm.name === before.name && vm.isRunning);
      if (isThere) await runInVm(before.pid, 'iptables', '-D', 'OUTPUT', ...rule);
    }
    await field.expectWhole();
    expect((await field.vm('worker/1')).name).toBe(before.name);
  });

  test('all VMs at once: they come back and etcd has everything', async () => {
    const vms = await field.vms();
    await field.fleet.engine.kill(...vms.map((vm) => vm.name));
    await field.expectWhole(5 * 60_000);
  });
});

/** A single master has no other to lean on; its disk is all there is. */
test.describe('a single master', () => {
  test.describe.configure({ timeout: 6 * 60_000 });
  let field: Field;

  test.beforeAll(async () => {
    test.setTimeout(8 * 60_000);
    field = await Field.start({ plan: 'small', masters: 1, workers: 2 });
  });
  test.afterAll(() => field?.end());

  test('is killed and comes back with what was written; that is no meltdown', async () => {
    const before = await field.vm('master/0');
    await field.fleet.engine.kill(before.name);
    await field.replaced(before);
    await field.expectWhole();
    // resolved ones too: a meltdown ends by itself
    const alerts = await field.fleet.shell.tessera('alerts', '--all', '--json');
    expect(alerts).toContain('master/0');
    expect(alerts).not.toContain('meltdown');
  });
});

/** The agent is the only Node program of a VM of a cluster. */
function agentOf(firstPid: number): number {
  const found = findProcess(firstPid, agentName);
  if (!found) throw new Error('no agent runs');
  return found.pid;
}
