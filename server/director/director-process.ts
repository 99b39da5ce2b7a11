import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '#server/gateway/free-ports.ts';
import type { InstallationFile } from '#server/platform/config.ts';

/** An installation on simulated infrastructure for tests: a state folder, and director processes that are real. */
export type TestInstallation = {
  state: string;
  /** Starts one more director; its log lines are kept in `output`. */
  startDirector(): DirectorProcess;
  /** Ends all directors and removes the state folder. */
  remove(): Promise<void>;
};

export type DirectorProcess = {
  output(): string;
  /** SIGKILL: no chance to clean up. */
  kill(): Promise<void>;
};

const MAIN = new URL('./main.ts', import.meta.url).pathname;

export async function createTestInstallation(databaseUrl: string): Promise<TestInstallation> {
  const state = mkdtempSync(join(tmpdir(), 'director-'));
  const [console, postgres, gateway, rest] = await freePorts(4);
  const installation: InstallationFile = {
    id: 'abc123',
    subnet: { cidr: '10.99.0.0/24', gateway: '10.99.0.1' },
    ports: { console: console ?? 0, postgres: postgres ?? 0, gateway: gateway ?? 0, rest: rest ?? 0 },
  };
  writeFileSync(join(state, 'installation.json'), JSON.stringify(installation));
  const started: ChildProcess[] = [];
  return {
    state,
    startDirector: () => {
      const child = spawn(process.execPath, [MAIN], {
        // the child's environment is made here on purpose: nothing of the tester's own leaks in
        env: { NODE_ENV: 'test', TESSERA_STATE: state, TESSERA_CPI: 'simulated', DATABASE_URL: databaseUrl },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      started.push(child);
      return watch(child);
    },
    remove: async () => {
      await Promise.all(started.map(end));
      rmSync(state, { recursive: true, force: true });
    },
  };
}

function watch(child: ChildProcess): DirectorProcess {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  return { output: () => text, kill: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGKILL');
  await ended;
}
