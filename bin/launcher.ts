// Starts everything one machine needs – PostgreSQL, the container engine's service, director and console – keeps it
// running, and stops it in reverse order. VMs are no children of it: they run on when it ends.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { InstallationFile } from '#server/platform/config.ts';
import { freeMib } from '#server/platform/disk-room.ts';
import { buildConsole } from './build-console.ts';
import { type Database, openDatabase } from './database.ts';
import { runDemo } from './demo.ts';
import { chooseEngine } from './engine.ts';
import {
  cacheFolder,
  openInstallation,
  readInstallation,
  refuseTakenConsolePort,
  refuseTakenDatabasePort,
  stateFolder,
} from './installation.ts';
import { endProcess, forgetProcess, recordProcess, runningProcesses } from './running.ts';
import { announce, Refusal, say } from './say.ts';
import { type Supervised, supervise } from './supervise.ts';

const healthSchema = z.looseObject({ installation: z.string(), director: z.string() });

const root = path.join(import.meta.dirname, '..');
const healthPollMs = 100;
/** A second press within this time is the same press, passed on by npm. */
const samePressMs = 1_000;
/** After this long without an answer the person is told where to look. */
const slowAfterMs = 60_000;
const directorDeadlineMs = 20_000;
/** What PostgreSQL's log of writes grows by at a time, twice. */
const leastFreeMib = 32;

/** What runs, in the order it was started. */
const stack: { stop(): Promise<void> }[] = [];

await main().catch(async (error: unknown) => {
  process.stderr.write(`${error instanceof Refusal ? error.message : explain(error)}\n`);
  for (const part of stack.toReversed()) await part.stop();
  if (stack.length > 0) forgetProcess(stateFolder(), 'launcher');
  process.exit(1);
});

async function main(): Promise<void> {
  const state = stateFolder();
  const cache = cacheFolder();
  await clearTheWay(state);
  const installation = await openInstallation(state);
  await refuseTakenConsolePort(installation);
  if (!process.env.DATABASE_URL) await refuseTakenDatabasePort(installation);
  await refuseFullDisk(state);
  recordProcess(state, 'launcher', process.pid);

  stopOnSignal(state);
  await startAll(state, cache, installation);
  await waitUntilUsable(installation, state);
  const address = `http://127.0.0.1:${installation.ports.console}`;
  announce('console', address);
  await runDemo(process.argv.slice(2), state, address);
}

/** Refuses a second launcher; ends what a killed one left behind. */
async function clearTheWay(state: string): Promise<void> {
  const running = runningProcesses(state).filter((one) => one.pid !== process.pid);
  const launcher = running.find((one) => one.name === 'launcher');
  if (launcher) {
    const port = readInstallation(state)?.ports.console;
    throw new Refusal(`Tessera already runs from ${state} (process ${launcher.pid}): http://127.0.0.1:${port}`);
  }
  // PostgreSQL last: the others write to it until they end.
  const inOrder = running.toSorted((a, b) => Number(a.name === 'postgres') - Number(b.name === 'postgres'));
  for (const leftover of inOrder) {
    say(`ending ${leftover.name} (process ${leftover.pid}), left over from a launcher that was killed`);
    await endProcess(leftover);
  }
}

/** PostgreSQL ends in the middle of its start when its disk is full, and says so in many words. */
async function refuseFullDisk(state: string): Promise<void> {
  const free = await freeMib(state);
  if (free >= leastFreeMib) return;
  throw new Refusal(
    `Only ${free} MiB are free on the disk of ${state}; starting takes ${leastFreeMib} MiB. Make room, then start again.`,
  );
}

async function startAll(state: string, cache: string, installation: InstallationFile): Promise<void> {
  const simulated = process.env.TESSERA_CPI === 'simulated';
  const engine = simulated ? undefined : chooseEngine(state);
  if (engine?.service) stack.push(supervise({ ...engine.service, state }));

  // The build needs neither database nor director; on the first start it is the longest part.
  const building = buildConsole(cache);
  building.catch(() => undefined);
  const database: Database = await openDatabase(state, cache, installation.ports.postgres);
  stack.push(database);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_ENV: 'production',
    TESSERA_STATE: state,
    TESSERA_CACHE: cache,
    DATABASE_URL: database.url,
    ...(engine ? { TESSERA_CONTAINER_SOCKET: engine.socket } : {}),
  };
  stack.push(startDirector(state, env));
  const folder = await building;
  // The build may have taken a minute, in which another program took the port.
  await refuseTakenConsolePort(installation);
  stack.push(startConsole(state, env, folder, installation.ports.console));
}

function startDirector(state: string, env: NodeJS.ProcessEnv): Supervised {
  const args = [path.join(root, 'server', 'director', 'main.ts')];
  return supervise({ name: 'director', command: process.execPath, args, cwd: root, env, state });
}

function startConsole(state: string, env: NodeJS.ProcessEnv, folder: string, port: number): Supervised {
  // Stacks in the log name the source, not the bundle.
  const args = ['--enable-source-maps', path.join(folder, 'server.js')];
  const own = {
    ...env,
    HOSTNAME: '127.0.0.1',
    PORT: String(port),
    NEXT_TELEMETRY_DISABLED: '1',
    KEEP_ALIVE_TIMEOUT: '70000',
  };
  return supervise({ name: 'console', command: process.execPath, args, cwd: folder, env: own, state });
}

/** Returns when the console answers and a director is at work, or when waiting for the director makes no sense any more. */
async function waitUntilUsable(installation: InstallationFile, state: string): Promise<void> {
  const begunAt = performance.now();
  let told = false;
  for (;;) {
    const health = await readHealth(installation);
    const waitedMs = performance.now() - begunAt;
    if (health === 'usable') return;
    if (health === 'no director' && waitedMs > directorDeadlineMs) {
      say(`no director is at work yet; see ${path.join(state, 'log', 'director.log')}`);
      return;
    }
    if (!told && waitedMs > slowAfterMs) {
      told = true;
      say(`the console does not answer yet; see ${path.join(state, 'log')}`);
    }
    await sleep(healthPollMs);
  }
}

async function readHealth({ id, ports }: InstallationFile): Promise<'silent' | 'no director' | 'usable'> {
  try {
    const answer = await fetch(`http://127.0.0.1:${ports.console}/api/healthz`, { signal: AbortSignal.timeout(2_000) });
    if (!answer.ok) return 'silent';
    const health = healthSchema.parse(await answer.json());
    // Another installation's console, while ours finds its port taken.
    if (health.installation !== id) return 'silent';
    return health.director === 'running' ? 'usable' : 'no director';
  } catch {
    // Not listening yet, or no console of ours.
    return 'silent';
  }
}

function stopOnSignal(state: string): void {
  let stoppingSince: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stoppingSince === undefined) {
      stoppingSince = performance.now();
      void stopAll(state, signal);
      return;
    }
    if (performance.now() - stoppingSince < samePressMs) return;
    say('stopping at once');
    for (const running of runningProcesses(state)) {
      if (running.name !== 'launcher') process.kill(running.pid, running.name === 'postgres' ? 'SIGQUIT' : 'SIGKILL');
    }
    process.exit(1);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}

async function stopAll(state: string, signal: string): Promise<void> {
  say(`stopping (${signal}); VMs run on`);
  for (const part of stack.toReversed()) await part.stop();
  forgetProcess(state, 'launcher');
  say('stopped');
  process.exit(0);
}

function explain(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
