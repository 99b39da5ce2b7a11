import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { isPostgresOf, startEmbeddedPostgres } from './embedded-postgres.ts';
import { migrate } from './migrate.ts';
import { postgresAccount, postgresBinaries } from './postgres-account.ts';

export const templateDatabase = 'tessera_template';
const folderPrefix = 'tessera-vitest-';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the maintenance database on the test server. */
    postgresUrl: string;
  }
}

/** Vitest global set-up: one server for the whole run, its migrated template cloned by each test file. */
export default async function startTestServer(project: TestProject): Promise<() => Promise<void>> {
  removeLeftovers();
  const folder = mkdtempSync(path.join(tmpdir(), `${folderPrefix}${process.pid}-`));
  chmodSync(folder, 0o755);
  const account = postgresAccount();
  const server = await startEmbeddedPostgres({
    folder: path.join(folder, 'postgres'),
    logFile: path.join(folder, 'postgres.log'),
    port: await freePort(),
    password: randomBytes(12).toString('hex'),
    // A test server may lose everything at a power cut: a clone then takes a third of the time.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', shared_buffers: '64MB' },
    binaries: postgresBinaries(path.join(tmpdir(), 'tessera-test-cache')),
    ...(account ? { account } : {}),
  });
  const maintenance = server.url('postgres');
  await makeTemplate(maintenance, server.url(templateDatabase));
  project.provide('postgresUrl', maintenance);
  return async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

async function makeTemplate(maintenanceUrl: string, templateUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: maintenanceUrl });
  await client.connect();
  await client.query(`create database ${templateDatabase}`);
  await migrate(templateUrl, { afterwards: () => makeEngineTables(templateUrl) });
  // One open session on the template would make every clone fail.
  await client.query(`alter database ${templateDatabase} with allow_connections false is_template true`);
  await client.end();
}

/** The workflow engine's own tables, so that no test file pays its first migration (1.8 s). */
async function makeEngineTables(url: string): Promise<void> {
  const cli = path.join(
    import.meta.dirname,
    '..',
    'node_modules',
    '@dbos-inc',
    'dbos-sdk',
    'dist',
    'src',
    'cli',
    'cli.js',
  );
  await promisify(execFile)(process.execPath, [cli, 'schema', url], { cwd: tmpdir() });
}

/** A run that was killed leaves its server alive; its folder names the process that owned it. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(folderPrefix))) {
    const owner = Number(name.slice(folderPrefix.length).split('-')[0]);
    if (existsSync(`/proc/${owner}`)) continue;
    const folder = path.join(tmpdir(), name);
    const data = path.join(folder, 'postgres', 'data');
    const pidFile = path.join(data, 'postmaster.pid');
    if (existsSync(pidFile)) {
      const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
      if (isPostgresOf(pid, data)) process.kill(pid, 'SIGQUIT');
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
