import { expect, test } from '@playwright/test';
import { findProcess, hangVm, signal } from '../real/vm-processes.ts';
import { Field, nameOf } from './field.ts';

/** TESSERA_RANDOM_MINUTES and TESSERA_RANDOM_SEED repeat a run, or shorten it. */
const minutes = Number(process.env.TESSERA_RANDOM_MINUTES ?? '30');
const seed = Number(process.env.TESSERA_RANDOM_SEED ?? String(Date.now() % 1_000_000));
const wholeWithinMs = 4 * 60_000;
const FAULTS = ['kill a process', 'hang a process', 'kill the VM', 'hang the VM'] as const;
const PROCESSES = ['kubelet', 'containerd', 'kube-proxy', 'flanneld', 'etcd', 'kube-apiserver', 'keepalived', 'node'];

/** Any VM or process, killed or hung, one at a time, by a script that knows only container labels and `kubectl`. */
test('random faults, one after the other, end with everything whole', async () => {
  test.setTimeout((minutes + 20) * 60_000);
  const random = generator(seed);
  const pick = <T>(choices: readonly T[]): T => {
    const choice = choices[Math.floor(random() * choices.length)];
    if (choice === undefined) throw new Error('nothing to choose from');
    return choice;
  };
  const field = await Field.start({ plan: 'medium', masters: 3, workers: 3 });
  const done: string[] = [];
  try {
    for (const end = Date.now() + minutes * 60_000; Date.now() < end; ) {
      const vm = pick(await field.vms());
      const fault = pick(FAULTS);
      const victim = pick(PROCESSES.flatMap((name) => findProcess(vm.pid, name) ?? []));
      const words = `${fault}: ${nameOf(vm)}${fault.endsWith('process') ? ` ${victim.name}` : ''}`;
      await test.step(words, async () => {
        if (fault === 'kill a process') signal(victim.pid, 'SIGKILL');
        if (fault === 'hang a process') signal(victim.pid, 'SIGSTOP');
        if (fault === 'kill the VM') await field.fleet.engine.kill(vm.name);
        if (fault === 'hang the VM') hangVm(vm.pid);
        await expectHealed(field, vm.pid, fault, victim.pid);
        await field.expectWhole(wholeWithinMs);
      });
      done.push(words);
    }
  } finally {
    test.info().annotations.push({ type: `seed ${seed}`, description: `${done.length} faults: ${done.join(', ')}` });
    await field.end();
  }
  expect(done.length).toBeGreaterThan(0);
});

/** A fault that is not noticed yet looks whole: the process, or the first one of the VM, must be another before one looks. */
async function expectHealed(
  field: Field,
  firstPid: number,
  fault: (typeof FAULTS)[number],
  victim: number,
): Promise<void> {
  const pid = fault.endsWith('process') ? victim : firstPid;
  await expect.poll(() => isAlive(pid), { timeout: 120_000, intervals: [200], message: `${pid} is gone` }).toBe(false);
  await field.expectWriting(60_000);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // no such process
    return false;
  }
}

/** A small generator (mulberry32), so that a seed repeats a run. Numbers from 0 to 1. */
function generator(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
