import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { type ProcessName, type Stack, startStack } from '../stack.ts';

const root = path.join(import.meta.dirname, '..', '..');
let stack: Stack;

interface Health {
  console: string;
  database: string;
  director: string;
}

async function health(): Promise<Health | undefined> {
  try {
    const answer = await fetch(`${stack.url}/api/healthz`, { signal: AbortSignal.timeout(2_000) });
    return await answer.json();
  } catch {
    // Down at the moment; the test waits for it.
    return undefined;
  }
}

function launch(env: NodeJS.ProcessEnv): Promise<string> {
  const run = promisify(execFile)(process.execPath, [path.join(root, 'bin', 'launcher.ts')], { env, timeout: 60_000 });
  return run.then(
    () => 'it started',
    (error: { stderr: string }) => error.stderr,
  );
}

test.describe('the processes of one installation', () => {
  test.describe.configure({ mode: 'serial', timeout: 120_000 });

  test.beforeAll(async () => {
    test.setTimeout(6 * 60_000);
    stack = await startStack({ cpi: 'simulated' });
  });
  test.afterAll(async () => {
    await stack?.destroy();
  });

  test('come up together and say where the console is', async () => {
    expect(stack.output()).toContain(`console: ${stack.url}\n`);
    expect(await health()).toMatchObject({ console: 'up', database: 'up', director: 'running' });
  });

  for (const name of ['console', 'director', 'postgres'] satisfies ProcessName[]) {
    test(`come back when ${name} is killed`, async () => {
      const before = stack.pid(name);
      stack.kill(name);
      await expect.poll(() => stack.pid(name) ?? before, { timeout: 30_000 }).not.toBe(before);
      await expect.poll(health, { timeout: 60_000 }).toMatchObject({ database: 'up', director: 'running' });
    });
  }

  test('refuse a second launcher on the same state folder', async () => {
    expect(await launch(stack.env)).toContain(`Tessera already runs from ${stack.state}`);
  });

  test('are ended by the next launcher when theirs was killed', async () => {
    const orphan = stack.pid('console');
    stack.kill('launcher');
    await expect.poll(() => stack.pid('launcher')).toBeUndefined();
    expect(stack.pid('console')).toBe(orphan);
    await stack.start();
    expect(stack.output()).toContain(`ending console (process ${orphan}), left over from a launcher that was killed`);
    expect(await health()).toMatchObject({ database: 'up', director: 'running' });
  });

  test('stop together and leave nothing running', async () => {
    await stack.stop();
    const names: ProcessName[] = ['launcher', 'console', 'director', 'postgres', 'podman'];
    expect(names.map((name) => stack.pid(name))).toEqual(names.map(() => undefined));
  });
});
