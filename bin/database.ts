import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#db/embedded-postgres.ts';
import { postgresAccount, postgresBinaries } from '#db/postgres-account.ts';
import { forgetProcess, recordProcess } from './running.ts';
import { say } from './say.ts';

const databaseName = 'tessera';
const longestDelayMs = 30_000;

export interface Database {
  url: string;
  stop(): Promise<void>;
}

/** The database of this installation: the one DATABASE_URL names, or the embedded server, kept running until `stop`. */
export async function openDatabase(state: string, cache: string, port: number): Promise<Database> {
  const external = process.env.DATABASE_URL;
  if (external) return { url: external, stop: async () => undefined };

  const start = () => startServer(state, cache, port);
  let server = await start();
  await createDatabase(server);
  let stopping = false;

  const watch = (async () => {
    let delayMs = 250;
    while (!stopping) {
      await server.exited;
      forgetProcess(state, 'postgres');
      if (stopping) return;
      say(`PostgreSQL ended; starting it again. Its log: ${path.join(state, 'log', 'postgres.log')}`);
      server = await startAgain(start, () => stopping, delayMs);
      delayMs = Math.min(delayMs * 2, longestDelayMs);
    }
  })();

  const stop = async () => {
    stopping = true;
    await server.stop();
    await watch;
  };
  return { url: server.url(databaseName), stop };
}

async function startServer(state: string, cache: string, port: number): Promise<EmbeddedPostgres> {
  const account = postgresAccount();
  const server = await startEmbeddedPostgres({
    folder: path.join(state, 'postgres'),
    logFile: path.join(state, 'log', 'postgres.log'),
    port,
    password: password(state),
    binaries: postgresBinaries(cache),
    ...(account ? { account } : {}),
  });
  recordProcess(state, 'postgres', server.pid);
  return server;
}

async function startAgain(start: () => Promise<EmbeddedPostgres>, gaveUp: () => boolean, firstDelayMs: number) {
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
    try {
      return await start();
    } catch (error) {
      if (gaveUp()) throw error;
      say(`${error instanceof Error ? error.message : String(error)} Trying again in ${delayMs / 1000} s.`);
      await sleep(delayMs);
    }
  }
}

/** Made once; only this account of the machine can read it. */
function password(state: string): string {
  const file = path.join(state, 'postgres.password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

async function createDatabase(server: EmbeddedPostgres): Promise<void> {
  const client = new pg.Client({ connectionString: server.url('postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`create database ${databaseName}`);
  } finally {
    await client.end();
  }
}
