import { expect, test } from '@playwright/test';
import { findProcess, signal } from '../real/vm-processes.ts';
import { Field } from './field.ts';

const MASTER = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'keepalived'];
const NODE = ['containerd', 'kubelet', 'kube-proxy', 'flanneld'];
const everyMs = 50;
/** A hung process is told by its health check, and that has patience with a busy machine. */
const hungWithinMs = 60_000;

/** Each process by itself, killed and then stopped where it stands: it is back, on the same VM, and no pod noticed. */
test.describe('processes', () => {
  test.describe.configure({ mode: 'default', timeout: 4 * 60_000 });
  let field: Field;

  test.beforeAll(async () => {
    test.setTimeout(8 * 60_000);
    field = await Field.start({ plan: 'small', masters: 1, workers: 2 });
  });
  test.afterAll(() => field?.end());

  for (const [vm, names] of [
    ['master/0', [...MASTER, ...NODE]],
    ['worker/0', NODE],
  ] as const) {
    for (const name of names) {
      test(`${name} of ${vm} is killed`, async () => {
        const before = await field.vm(vm);
        const pid = pidOf(before.pid, name);
        signal(pid, 'SIGKILL');
        await expectAnother(before.pid, name, pid, 10_000);
        await field.expectWhole();
        expect((await field.vm(vm)).name).toBe(before.name);
      });

      test(`${name} of ${vm} hangs`, async () => {
        const before = await field.vm(vm);
        const pid = pidOf(before.pid, name);
        signal(pid, 'SIGSTOP');
        await expectAnother(before.pid, name, pid, hungWithinMs);
        await field.expectWhole();
        expect((await field.vm(vm)).name).toBe(before.name);
      });
    }
  }
});

function pidOf(firstPid: number, name: string): number {
  const found = findProcess(firstPid, name);
  if (!found) throw new Error(`${name} does not run.`);
  return found.pid;
}

async function expectAnother(firstPid: number, name: string, pid: number, timeout: number): Promise<void> {
  await expect
    .poll(() => findProcess(firstPid, name)?.pid ?? pid, { timeout, intervals: [everyMs], message: `another ${name}` })
    .not.toBe(pid);
}
