import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { readKubeconfig } from '#server/clusters/read-kubeconfig.ts';
import { systemClock } from '#server/platform/clock.ts';
import { createLog } from '#server/platform/log.ts';
import { Vault } from '#server/platform/vault.ts';
import { appRouter } from '#server/routers/app-router.ts';
import { contextOf } from '#server/routers/context.ts';
import { POST as receiveProductFile } from '../app/api/products/route.ts';
import type { Printer } from './print.ts';
import { runProgram } from './run-program.ts';
import { createTesseraProgram } from './tessera-program.ts';

export type ConsoleFixture = {
  pool: Pool;
  vault: Vault;
  /** State folder of the installation, removed at the end. */
  state: string;
  hostsFile: string;
  environment: Record<string, string>;
  /** What a director does between two polls of a waiting command. */
  whileWaiting: () => Promise<unknown>;
  tessera: (...args: string[]) => Promise<{ code: number; out: string; err: string }>;
  /** Runs a command that must succeed; moments become <time>. */
  done: (...args: string[]) => Promise<string>;
  /** Runs a command that must be refused: exit code 1 and one line on standard error, given without `Error: `. */
  refused: (...args: string[]) => Promise<string>;
};

const ADMINISTRATOR = { name: 'admin', userId: null, groups: ['pks.clusters.admin'] };

/** For tests: the real CLI against the console's real procedures over HTTP, on a database of the file's own. */
export function useConsole(): ConsoleFixture {
  const { pool, url } = useTestDatabase();
  const state = mkdtempSync(join(tmpdir(), 'tessera-cli-'));
  const vault = new Vault(state, 'file');
  const hostsFile = join(state, 'hosts');
  const environment: Record<string, string> = {
    TESSERA_HOME: join(state, 'home'),
    TESSERA_STATE: state,
    TESSERA_HOSTS_FILE: hostsFile,
  };
  const server = createServer(
    getRequestListener((request) => answer(request, pool, vault), { overrideGlobalObjects: false }),
  );

  beforeAll(async () => {
    writeFileSync(hostsFile, '127.0.0.1 localhost\n');
    globalThis.__tessera = holderOf(pool, url, vault, state);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    environment.TESSERA_URL = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : ''}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    globalThis.__tessera = undefined;
    rmSync(state, { recursive: true });
  });

  const fixture: ConsoleFixture = {
    pool,
    vault,
    state,
    hostsFile,
    environment,
    whileWaiting: async () => undefined,
    tessera: async (...args) => {
      const lines: string[] = [];
      const errors: string[] = [];
      const print: Printer = { line: (text = '') => lines.push(text), error: (text) => errors.push(text) };
      const sleep = async () => void (await fixture.whileWaiting());
      const code = await runProgram(createTesseraProgram({ print, environment, sleep }), args, print);
      return { code, out: lines.join('\n'), err: errors.join('\n') };
    },
    done: async (...args) => {
      const { code, out, err } = await fixture.tessera(...args);
      expect([err, code]).toEqual(['', 0]);
      return out.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>');
    },
    refused: async (...args) => {
      const { code, err } = await fixture.tessera(...args);
      expect(code).toBe(1);
      expect(err).toMatch(/^Error: [^\n]+$/);
      return err.slice('Error: '.length);
    },
  };
  return fixture;
}

async function answer(request: Request, pool: Pool, vault: Vault): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === '/api/products') return receiveProductFile(request);
  const download = /^\/api\/clusters\/([^/]+)\/kubeconfig$/.exec(pathname)?.[1];
  if (download) {
    const config = await inTransaction(pool, (tx) => readKubeconfig(tx, vault, download, ADMINISTRATOR));
    return new Response(config.yaml);
  }
  return fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: appRouter,
    createContext: ({ resHeaders }) => contextOf(request.headers, resHeaders),
  });
}

function holderOf(pool: Pool, databaseUrl: string, vault: Vault, state: string): NonNullable<typeof __tessera> {
  return {
    config: {
      state,
      cache: state,
      databaseUrl,
      cpi: 'simulated',
      containerSocket: '',
      logLevel: 'error',
      unlock: 'file',
      kubernetesMirror: 'none',
      debianMirror: '',
      mavenMirror: '',
      installation: {
        id: 'a1b2c3',
        subnet: { cidr: '10.99.0.0/24', gateway: '10.99.0.1' },
        ports: { console: 0, postgres: 0, gateway: 0, rest: 0 },
      },
    },
    pool,
    vault,
    clock: systemClock,
    log: createLog('test', 'error'),
    streams: 0,
    startedAt: systemClock.now(),
  };
}
