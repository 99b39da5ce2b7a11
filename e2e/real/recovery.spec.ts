import { expect, test } from '@playwright/test';
import { z } from 'zod';
import { Field, nameOf } from '../faults/field.ts';
import type { Container } from './engine.ts';
import { etcdctl } from './etcdctl.ts';
import { hangVm } from './vm-processes.ts';

const repairMs = 120_000;
const writingMs = 10_000;
/** etcdctl writes its numbers too large for JSON; only names and votes are asked here. */
const Members = z.object({
  // one that was added and has not started has no name yet
  members: z.array(z.object({ name: z.string().default(''), isLearner: z.boolean().default(false) })),
});
const Nodes = z.object({
  items: z.array(z.object({ metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()) }) })),
});
const voters = ['master-0', 'master-1', 'master-2'];

/** Machines of a cluster of three masters over three AZs die in every way that repair must tell apart; what was written before is there after. */
test.describe('a dead machine', () => {
  test.describe.configure({ mode: 'serial', timeout: 6 * 60_000 });
  let field: Field;

  test.beforeAll(async () => {
    test.setTimeout(10 * 60_000);
    field = await Field.start({ plan: 'medium', masters: 3, workers: 2 });
  });
  test.afterAll(() => field?.end());

  test('instances stand in all AZs, and nodes say in which', async () => {
    const { items } = Nodes.parse(JSON.parse(await field.kubernetes.send({ path: '/api/v1/nodes' })));
    const zones = new Map(items.map(({ metadata }) => [metadata.name, metadata.labels['topology.kubernetes.io/zone']]));
    for (const vm of await field.vms())
      expect(zones.get(nameOf(vm).replace('/', '-')), nameOf(vm)).toBe(vm.labels['tessera.az']);
    expect(new Set(voters.map((node) => zones.get(node))).size).toBe(3);
    const dns = await field.kubernetes.pods('k8s-app=kube-dns');
    expect(new Set(dns.map((pod) => zones.get(pod.node ?? ''))).size).toBe(2);
  });

  test('a worker is killed: its node is back in service on a new VM', async () => {
    const before = await field.vm('worker/0');
    await field.fleet.engine.kill(before.name);
    await field.replaced(before, repairMs);
    await field.expectWhole(repairMs);
    await expectInService('worker-0');
  });

  test('a worker hangs: it is fenced, then replaced', async () => {
    const before = await field.vm('worker/1');
    hangVm(before.pid);
    await field.replaced(before, repairMs);
    await field.expectWhole(repairMs);
    await expectInService('worker-1');
  });

  test('a master is killed: writes go on, its member comes back with its disk', async () => {
    const before = await field.vm('master/0');
    await field.fleet.engine.kill(before.name);
    await field.expectWriting(writingMs);
    await field.replaced(before, repairMs);
    await field.expectWhole(repairMs);
    await expectVoters();
  });

  test('a master is killed and its disk is lost: its member is exchanged for one that learns, then votes', async () => {
    const before = await field.vm('master/1');
    const disk = await field.diskOf(before);
    await field.fleet.engine.kill(before.name);
    field.removeDisk(disk);
    await field.replaced(before, repairMs);
    await expectVoters();
    field.forgetDisks();
    await field.expectWhole(repairMs);
  });

  test('the API VM is killed: the command line is served again', async () => {
    const [before] = await apiVms();
    if (!before) throw new Error('there is no API VM');
    await field.fleet.engine.kill(before.name);
    await expect
      .poll(async () => (await apiVms()).map((vm) => vm.name !== before.name && vm.isRunning), { timeout: repairMs })
      .toEqual([true]);
    await expect
      .poll(async () => (await field.fleet.shell.attempt('pks', ['clusters'])).code, { timeout: repairMs })
      .toBe(0);
  });

  async function apiVms(): Promise<Container[]> {
    const all = await field.fleet.engine.vms();
    return all.filter((vm) => nameOf(vm) === 'pivotal-container-service/0');
  }

  /** Three voting members and no other, as a master tells it. */
  async function expectVoters(): Promise<void> {
    await expect
      .poll(async () => (await members()).filter((one) => !one.isLearner).map((one) => one.name), { timeout: repairMs })
      .toEqual(voters);
    expect(await members()).toHaveLength(voters.length);
  }

  async function members(): Promise<z.infer<typeof Members>['members']> {
    const told = await etcdctl(await field.vm('master/2'), 'member', 'list', '--write-out=json');
    const { members: all } = Members.parse(JSON.parse(told));
    return all.toSorted((a, b) => a.name.localeCompare(b.name));
  }

  /** No taint and no cordon is left: pods may come again. */
  async function expectInService(node: string): Promise<void> {
    const specOf = async () => {
      const Spec = z.object({
        spec: z.object({ taints: z.array(z.unknown()).default([]), unschedulable: z.boolean().default(false) }),
      });
      return Spec.parse(JSON.parse(await field.kubernetes.send({ path: `/api/v1/nodes/${node}` }))).spec;
    };
    await expect.poll(specOf, { timeout: repairMs }).toEqual({ taints: [], unschedulable: false });
  }
});
