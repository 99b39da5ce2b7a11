import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runningProcesses } from './running.ts';
import { supervise } from './supervise.ts';

const state = mkdtempSync(path.join(tmpdir(), 'tessera-supervise-'));
mkdirSync(path.join(state, 'log'));
afterAll(() => rmSync(state, { recursive: true, force: true }));

function child(name: string, script: string) {
  return supervise({ name, command: 'sh', args: ['-c', script], cwd: state, env: process.env, state });
}

function pidOf(name: string): number | undefined {
  return runningProcesses(state).find((one) => one.name === name)?.pid;
}

describe('a supervised child', () => {
  it('is started again when it ends by itself, and its output is kept', async () => {
    const crashing = child('crashing', 'echo begun; exit 3');
    const log = path.join(state, 'log', 'crashing.log');
    await expect.poll(() => readFileSync(log, 'utf8').split('begun').length, { timeout: 5_000 }).toBeGreaterThan(2);
    await crashing.stop();
    expect(pidOf('crashing')).toBeUndefined();
  });

  it('is replaced when it is killed, and gone after stop', async () => {
    const steady = child('steady', 'exec sleep 60');
    await expect.poll(() => pidOf('steady')).toBeDefined();
    const first = pidOf('steady') ?? 0;
    process.kill(first, 'SIGKILL');
    await expect.poll(() => pidOf('steady') ?? first, { timeout: 5_000 }).not.toBe(first);
    await steady.stop();
    expect(pidOf('steady')).toBeUndefined();
  });

  it('that cannot be started at all is no reason to give up', async () => {
    const missing = supervise({
      name: 'missing',
      command: '/nonexistent',
      args: [],
      cwd: state,
      env: process.env,
      state,
    });
    await new Promise((resolve) => setTimeout(resolve, 400));
    await missing.stop();
    expect(pidOf('missing')).toBeUndefined();
  });
});
