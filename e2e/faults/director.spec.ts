import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { z } from 'zod';
import { processesOf, signal } from '../real/vm-processes.ts';
import { startHttpSink } from '../sinks/http-sink.ts';
import { Field } from './field.ts';

const databaseAwayMs = 30_000;
const repairBeginsMs = 15_000;
const settleMs = 20_000;
/** Between two tries of a channel that does not work. */
const newsWithinMs = 180_000;
const fakeTime = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
const Tasks = z.array(z.object({ id: z.number(), kind: z.string(), state: z.string() }));

/** What the platform itself suffers while a VM needs it. */
test.describe('the platform', () => {
  test.describe.configure({ mode: 'default', timeout: 6 * 60_000 });
  let field: Field;

  test.beforeAll(async () => {
    test.setTimeout(8 * 60_000);
    field = await Field.start({ plan: 'small', masters: 1, workers: 2 });
  });
  test.afterAll(() => field?.end());

  test('the director is killed during a repair: the next one goes on with it', async () => {
    const before = await field.vm('worker/0');
    const known = (await repairs()).length;
    await field.fleet.engine.kill(before.name);
    await expect.poll(async () => (await repairs()).at(0)?.state, { timeout: repairBeginsMs }).toBe('running');
    field.fleet.stack.kill('director');
    await field.replaced(before);
    await field.expectWhole();
    expect(await repairs(), 'one repair for one VM').toHaveLength(known + 1);
  });

  test('PostgreSQL hangs for half a minute while a worker dies: the worker is repaired afterwards', async () => {
    const before = await field.vm('worker/1');
    const pid = field.fleet.stack.pid('postgres');
    if (pid === undefined) throw new Error('PostgreSQL does not run');
    const hung = processesOf(pid);
    for (const process of hung) signal(process.pid, 'SIGSTOP');
    await field.fleet.engine.kill(before.name);
    await sleep(databaseAwayMs);
    for (const process of hung) signal(process.pid, 'SIGCONT');
    await field.replaced(before);
    await field.expectWhole();
  });

  test('nobody listens where news goes while a worker dies: it is repaired, and the news arrives once somebody does', async () => {
    const gone = await startHttpSink();
    await gone.stop();
    const key = ['--secret', 'signingKey=known-signing-key'];
    await field.fleet.shell.tessera('channels', 'add', 'hook', '--webhook', gone.url, '--severity', 'info', ...key);
    const before = await field.vm('worker/0');
    await field.fleet.engine.kill(before.name);
    await field.replaced(before);
    await field.expectWhole();
    const back = await startHttpSink(undefined, gone.port);
    try {
      const news = () => back.posted.map(({ body }) => body).join('\n');
      await expect.poll(news, { timeout: newsWithinMs, message: 'news of worker/0' }).toMatch(/raised[\s\S]*worker\/0/);
      await expect.poll(news, { timeout: newsWithinMs, message: 'its end' }).toContain('resolved');
      const keys = back.posted.map(({ headers }) => headers['x-tessera-delivery']);
      expect(new Set(keys).size, 'each once').toBe(keys.length);
    } finally {
      await back.stop();
    }
  });

  test('the clock of the director jumps a day ahead, then back: no VM is thought dead, and the next fault is repaired', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tessera-clock-'));
    const clock = path.join(folder, 'now');
    writeFileSync(clock, '+0');
    const standby = startDirector(field, {
      LD_PRELOAD: fakeTime,
      FAKETIME_TIMESTAMP_FILE: clock,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    });
    try {
      await sleep(settleMs);
      // the one with the strange clock is next in the line
      field.fleet.stack.kill('director');
      await field.expectWhole();
      const vms = (await field.vms()).map((vm) => vm.name).toSorted();
      for (const [jump, isAtWork] of [
        ['+1d', true],
        // the engine plans by wall time: a director whose clock goes back leaves its place to the next
        ['-1d', false],
      ] as const) {
        writeFileSync(clock, jump);
        await sleep(settleMs);
        expect((await field.vms()).map((vm) => vm.name).toSorted(), `VMs after ${jump}`).toEqual(vms);
        expect(standby.exitCode === null, `is at work after ${jump}`).toBe(isAtWork);
        const worker = await field.vm('worker/0');
        await field.fleet.engine.kill(worker.name);
        const replacement = await field.replaced(worker);
        vms.splice(vms.indexOf(worker.name), 1, replacement.name);
        vms.sort();
        await field.expectWhole();
      }
    } finally {
      standby.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    }
  });

  async function repairs(): Promise<z.infer<typeof Tasks>> {
    const tasks = Tasks.parse(JSON.parse(await field.fleet.shell.tessera('tasks', '--json')));
    return tasks.filter((task) => task.kind === 'repair-instance');
  }
});

/** One more director in the environment of the running one. */
function startDirector(field: Field, further: Record<string, string>) {
  const pid = field.fleet.stack.pid('director');
  if (pid === undefined) throw new Error('no director runs');
  const [command = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  const lines = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').slice(0, -1);
  const inherited = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  return spawn(command, args, { env: { ...inherited, ...further } as unknown as NodeJS.ProcessEnv, stdio: 'ignore' });
}
