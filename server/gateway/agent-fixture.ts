import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';
import type { RenderedJob, RenderedSpec } from '#model/job.ts';
import { HeartbeatRecorder } from '#server/health/record-heartbeat.ts';
import { systemClock } from '#server/platform/clock.ts';
import { TesseraError } from '#server/platform/error.ts';
import { newUuid } from '#server/platform/ids.ts';
import { createLog } from '#server/platform/log.ts';
import { Vault } from '#server/platform/vault.ts';
import { issueBootstrap } from './bootstrap-agent.ts';
import { type Gateway, startGateway } from './gateway.ts';

/** For tests: a real gateway on loopback, and specs for real agents (agent/trial-agent.ts). */
export const ADDRESS = '127.0.0.1';
const NEVER = new AbortController().signal;

export type Trial = {
  vault: Vault;
  specs: Map<string, RenderedSpec>;
  heartbeats: HeartbeatRecorder;
  ports: { gateway: number; rest: number };
  /** Starts a gateway as a director with this fencing number would. */
  open: (fencing: number) => Promise<Gateway>;
  bootstrap: (instance: string) => Promise<string>;
  close: () => void;
};

/** A vault, and what a gateway needs beside it. `rest` answers with the path it was asked for. */
export async function setUpTrial(pool: Pool): Promise<Trial> {
  const state = mkdtempSync(join(tmpdir(), 'tessera-gateway-'));
  const vault = new Vault(state, 'file');
  await inTransaction(pool, (tx) => vault.create(tx, 'battery staple'));
  const log = createLog('test', 'fatal');
  const specs = new Map<string, RenderedSpec>();
  const heartbeats = new HeartbeatRecorder({ pool, clock: systemClock, log });
  const ports = { gateway: await freePort(), rest: await freePort() };
  const installation = {
    id: 'abcdef',
    subnet: { cidr: '127.0.0.0/8', gateway: ADDRESS },
    ports: { console: 1, postgres: 1, ...ports },
  };
  return {
    vault,
    specs,
    heartbeats,
    ports,
    open: (fencing) =>
      startGateway({
        pool,
        vault,
        clock: systemClock,
        log,
        address: ADDRESS,
        port: ports.gateway,
        restPort: ports.rest,
        fencing,
        renderSpec: async (instance) => {
          const spec = specs.get(instance);
          if (!spec) throw new TesseraError('not_found', `Instance ${instance} has no deployment.`);
          return spec;
        },
        rest: async (request) =>
          Response.json({
            path: new URL(request.url).pathname,
            host: request.headers.get('x-forwarded-host'),
            body: await request.text(),
          }),
        ensureAddress: async () => undefined,
        heartbeats,
      }),
    bootstrap: (instance) =>
      issueBootstrap({ pool, vault, clock: systemClock, config: { installation } }, { id: instance }),
    close: () => rmSync(state, { recursive: true, force: true }),
  };
}

/** A job with one process; `text` is the body of its shell script, `bin/run`. */
export function trialJob(root: string, name: string, text: string, more: Partial<RenderedJob> = {}): RenderedJob {
  const script = `#!/bin/bash\n${text}\n`;
  return {
    name,
    scripts: {},
    ...more,
    files: [{ path: 'bin/run', mode: '0755', content: script }, ...(more.files ?? [])],
    processes: more.processes ?? [
      {
        name,
        command: [join(root, `var/vcap/jobs/${name}/bin/run`)],
        env: { GREETING: "it's $HOME" },
        health: { exec: ['test', '-e', join(root, `${name}.ready`)], interval_ms: 100, timeout_ms: 500, failures: 3 },
      },
    ],
  };
}

export function trialSpec(instance: string, jobs: RenderedJob[]): RenderedSpec {
  const digest = createHash('sha256').update(JSON.stringify(jobs)).digest('hex');
  return { instance, deployment: 'trial', group: 'worker', index: 0, az: 'az1', address: ADDRESS, digest, jobs };
}

/** Adds a file with mode 0755 to those of a job. */
export const script = (path: string, text: string): RenderedJob['files'][number] => ({
  path,
  mode: '0755',
  content: `#!/bin/bash\n${text}\n`,
});

/** Waits until `look` gives something; fails after `ms` with what it last said. */
export async function until<T>(
  look: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  ms = 8000,
): Promise<T> {
  const limit = systemClock.monotonic() + ms;
  while (true) {
    const found = await look();
    if (found) return found;
    if (systemClock.monotonic() > limit) throw new Error(`not true within ${ms} ms: ${look.toString()}`);
    await systemClock.sleep(10);
  }
}

export const callOptions = { signal: NEVER, deadlineMs: 10_000 };
export const newInstance = (): string => newUuid();

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, ADDRESS, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
