import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { endProcess, forgetProcess, recordProcess, runningProcesses } from './running.ts';

const state = mkdtempSync(path.join(tmpdir(), 'tessera-running-'));
afterAll(() => rmSync(state, { recursive: true, force: true }));

function sleeper(trap = false): number {
  const script = trap ? 'trap "" TERM; while true; do sleep 0.1; done' : 'exec sleep 60';
  const { pid } = spawn('sh', ['-c', script], { stdio: 'ignore' });
  if (pid === undefined) throw new Error('sh does not start');
  return pid;
}

describe('processes recorded in the state folder', () => {
  it('are found while they live and ended when asked to', async () => {
    recordProcess(state, 'director', sleeper());
    const [director] = runningProcesses(state);
    expect(director?.name).toBe('director');
    if (director) await endProcess(director);
    expect(runningProcesses(state)).toEqual([]);
  });

  it('are not mistaken for another program that got the same number', () => {
    const pid = sleeper();
    writeFileSync(path.join(state, 'run', 'console.json'), JSON.stringify({ name: 'console', pid, startedTicks: '1' }));
    expect(runningProcesses(state)).toEqual([]);
    process.kill(pid, 'SIGKILL');
  });

  it('are ended by force when they do not listen', async () => {
    const pid = sleeper(true);
    recordProcess(state, 'console', pid);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const [stubborn] = runningProcesses(state);
    if (stubborn) await endProcess(stubborn, 200);
    await expect.poll(() => runningProcesses(state)).toEqual([]);
  });

  it('can be forgotten', () => {
    recordProcess(state, 'launcher', process.pid);
    expect(runningProcesses(state)).toHaveLength(1);
    forgetProcess(state, 'launcher');
    expect(runningProcesses(state)).toEqual([]);
  });
});
