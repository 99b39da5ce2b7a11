import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.join(import.meta.dirname, '..');
const startDeadlineMs = 5 * 60_000;
/** A launcher drains for 12 s at most; then its children are ended by force. */
const stopDeadlineMs = 40_000;

export type ProcessName = 'launcher' | 'director' | 'console' | 'postgres' | 'podman';

/** A whole Tessera of a test's own: PostgreSQL, director and console, in a state folder that goes away afterwards. */
export interface Stack {
  /** Address of the console, without a slash at the end. */
  url: string;
  state: string;
  /** Environment of this installation, for the command lines of `bin/`. */
  env: NodeJS.ProcessEnv;
  /** What the launcher printed so far. */
  output(): string;
  /** The process of that name at this moment, as the launcher recorded it; undefined while it is down. */
  pid(name: ProcessName): number | undefined;
  /** Ends one process by force; the launcher starts it again. */
  kill(name: ProcessName): void;
  /** Stops the processes as Ctrl-C does and keeps the state; VMs run on. */
  stop(): Promise<void>;
  /** Starts the processes again on the same state. */
  start(): Promise<void>;
  /** Stops everything and removes every trace: VMs, networks, images, database, state folder. */
  destroy(): Promise<void>;
}

export interface StackOptions {
  cpi: 'simulated' | 'container';
  /** Further environment of launcher, director and console. */
  env?: Record<string, string>;
  /** State folder to use; a new one below the temporary folder by default. */
  state?: string;
  /** Further arguments of the launcher, e.g. `--demo`. */
  args?: string[];
}

/** Starts a stack and waits until its console answers. Throws with the launcher's own words when it does not. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const state = options.state ?? mkdtempSync(path.join(tmpdir(), 'tessera-e2e-'));
  const port = await freePort();
  const { DATABASE_URL: _external, ...inherited } = process.env;
  const env: NodeJS.ProcessEnv = {
    ...inherited,
    TESSERA_STATE: state,
    TESSERA_CPI: options.cpi,
    PORT: String(port),
    ...options.env,
  };
  let launcher: Launched | undefined;
  let printed = '';
  const start = async () => {
    launcher = await launch(env, options.args ?? [], (text) => {
      printed += text;
    });
  };
  const stop = async () => {
    if (launcher) await endLauncher(launcher);
    launcher = undefined;
  };
  try {
    await start();
  } catch (error) {
    if (!options.state) await destroyState(state, env);
    throw error;
  }
  const pid = (name: ProcessName) => recordedPid(state, name);
  return {
    url: `http://127.0.0.1:${env.PORT}`,
    state,
    env,
    output: () => printed,
    pid,
    kill: (name) => {
      const running = pid(name);
      if (running === undefined) throw new Error(`${name} does not run, so it cannot be killed.`);
      process.kill(running, 'SIGKILL');
    },
    stop,
    start,
    destroy: async () => {
      await stop();
      await destroyState(state, env);
    },
  };
}

interface Launched {
  child: ChildProcess;
  exited: Promise<void>;
}

async function launch(env: NodeJS.ProcessEnv, args: string[], onText: (text: string) => void): Promise<Launched> {
  const child = spawn(process.execPath, [path.join(root, 'bin', 'launcher.ts'), ...args], {
    cwd: root,
    env,
    // Its own group: a Ctrl-C in the terminal of the tests must not race the tests' own clean-up.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`No console within ${startDeadlineMs / 1000} s:\n${output}`)),
      startDeadlineMs,
    );
    const read = (chunk: string) => {
      output += chunk;
      onText(chunk);
      if (/^console: http/m.test(output)) {
        clearTimeout(timer);
        resolve();
      }
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    void exited.then(() => {
      clearTimeout(timer);
      reject(new Error(`The launcher ended early:\n${output}`));
    });
  });
  try {
    await ready;
  } catch (error) {
    await endLauncher({ child, exited });
    throw error;
  }
  return { child, exited };
}

async function endLauncher({ child, exited }: Launched): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs);
  await exited;
  clearTimeout(timer);
}

function recordedPid(state: string, name: ProcessName): number | undefined {
  const file = path.join(state, 'run', `${name}.json`);
  if (!existsSync(file)) return undefined;
  const record: { pid: number } = JSON.parse(readFileSync(file, 'utf8'));
  return existsSync(`/proc/${record.pid}`) ? record.pid : undefined;
}

async function destroyState(state: string, env: NodeJS.ProcessEnv): Promise<void> {
  if (existsSync(path.join(state, 'installation.json'))) {
    await promisify(execFile)(process.execPath, [path.join(root, 'bin', 'destroy.ts'), '--yes'], { cwd: root, env });
    // The folder went with it, unless it is a mount point, which can only be emptied.
    return;
  }
  rmSync(state, { recursive: true, force: true });
}

function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
