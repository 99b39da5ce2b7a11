import { expect, test } from '@playwright/test';
import { runInVm } from '../real/vm-processes.ts';
import { readNodes, runInPod } from '../real/workloads.ts';
import { Field } from './field.ts';

const nginx = 'registry.tessera.local/nginx:1.26.3';
const welcome = '<title>nginx</title>';

/** The walk-through of a zone failure: three masters and nine workers over three AZs; a master is halted from inside. */
test.describe('the zone walk-through', () => {
  test.describe.configure({ mode: 'serial', timeout: 6 * 60_000 });
  let field: Field;

  test.beforeAll(async () => {
    test.setTimeout(12 * 60_000);
    field = await Field.start({ plan: 'medium', masters: 3, workers: 9 });
  });
  test.afterAll(() => field?.end());

  test('twelve nodes over three AZs, masters unschedulable', async () => {
    const nodes = await readNodes(field.kubectl);
    expect(nodes.filter((node) => node.status === 'Ready,SchedulingDisabled')).toHaveLength(3);
    expect(nodes.filter((node) => node.status === 'Ready')).toHaveLength(9);
    for (const group of ['master', 'worker']) {
      const zones = nodes.filter((node) => node.name.startsWith(group)).map((node) => node.zone);
      expect(new Set(zones).size, `AZs of the ${group}s`).toBe(3);
    }
  });

  test('nginx answers a pod by its name', async () => {
    await field.kubectl('run', 'nginx', `--image=${nginx}`, '--expose', '--port=80');
    await field.kubectl('wait', 'pod/nginx', '--for=condition=Ready', '--timeout=60s');
    const page = await runInPod(field.kubectl, 'test-a', [
      'wget',
      '-q',
      '-O-',
      'http://nginx.default.svc.cluster.local',
    ]);
    expect(page).toContain(welcome);
  });

  test('a master is halted from inside, with resurrection off: it is NotReady and all goes on', async () => {
    await field.fleet.shell.tessera('resurrection', 'off', '--deployment', field.deployment);
    const master = await field.vm('master/1');
    await runInVm(master.pid, 'halt');
    await expect
      .poll(async () => (await readNodes(field.kubectl)).find((node) => node.name === 'master-1')?.status, {
        timeout: 120_000,
      })
      .toMatch(/^NotReady/);
    await field.expectWriting(10_000);
    const page = await runInPod(field.kubectl, 'test-b', [
      'wget',
      '-q',
      '-O-',
      'http://nginx.default.svc.cluster.local',
    ]);
    expect(page).toContain(welcome);
  });

  test('another nginx is deployed meanwhile', async () => {
    await field.kubectl('run', 'nginx-next', `--image=${nginx}`, '--expose', '--port=80');
    await field.kubectl('wait', 'pod/nginx-next', '--for=condition=Ready', '--timeout=60s');
    const url = 'http://nginx-next.default.svc.cluster.local';
    expect(await runInPod(field.kubectl, 'test-c', ['wget', '-q', '-O-', url])).toContain(welcome);
  });

  test('started again, it is re-attached: three voting members, twelve nodes', async () => {
    await field.fleet.shell.tessera('power-on', 'master/1', '--deployment', field.deployment);
    await field.expectWhole(180_000);
    await field.fleet.shell.tessera('resurrection', 'on', '--deployment', field.deployment);
  });
});
