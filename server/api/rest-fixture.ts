import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Hono } from 'hono';
import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';
import type { Plan } from '#model/plan.ts';
import { setClientSecret } from '#server/identity/save-client.ts';
import { setUp } from '#server/identity/set-up.ts';
import { type Clock, systemClock } from '#server/platform/clock.ts';
import { createLog } from '#server/platform/log.ts';
import { Vault } from '#server/platform/vault.ts';
import type { RestDeps } from './rest-context.ts';

/** For tests of the REST dialects: a set-up installation on a real database, with a clock that a test may move on. */
export const BASE_URL = 'https://api.pks.example.test:8443';
export const ADMIN_SECRET = 'uaa-admin-secret_1';

export const SMALL: Plan = {
  id: '8A0E21A8-8072-4D80-B365-D1F502085560',
  name: 'small',
  description: 'Small plan',
  masterInstances: 1,
  masterVmType: 'small',
  masterPersistentDisk: 10240,
  masterAzs: ['az1'],
  maxWorkerInstances: 50,
  workerInstances: 3,
  workerVmType: 'small',
  workerAzs: ['az1', 'az2', 'az3'],
  allowPrivileged: true,
  addonsSpec: '',
};

export type RestFixture = { deps: RestDeps; advance: (seconds: number) => void; close: () => void };

/** Administrator `ana` / `correct horse`; management client with ADMIN_SECRET. */
export async function setUpRest(pool: Pool): Promise<RestFixture> {
  const state = mkdtempSync(join(tmpdir(), 'tessera-rest-'));
  const vault = new Vault(state, 'file');
  let offsetMs = 0;
  const clock: Clock = { ...systemClock, now: () => new Date(systemClock.now().getTime() + offsetMs) };
  await inTransaction(pool, (tx) =>
    setUp(tx, vault, {
      userName: 'ana',
      email: 'ana@example.test',
      password: 'correct horse',
      passphrase: 'battery staple',
    }),
  );
  await inTransaction(pool, (tx) => setClientSecret(tx, 'pks', 'admin', ADMIN_SECRET));
  return {
    deps: {
      pool,
      vault,
      clock,
      log: createLog('test', 'fatal'),
      readPksApi: async () => ({ hostname: 'api.pks.example.test', productVersion: '1.0.0', plans: [SMALL] }),
    },
    advance: (seconds) => {
      offsetMs += seconds * 1000;
    },
    close: () => rmSync(state, { recursive: true }),
  };
}

export const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

type Answer = {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  body: any;
};

/** Speaks as the CLIs do: same headers, same forms. `app` serves the UAA dialect at its root. */
export class UaaClient {
  readonly app: Hono;
  /** Access token of the management client. */
  admin = '';

  constructor(app: Hono) {
    this.app = app;
  }

  async logIn(): Promise<void> {
    const { body } = await this.token(
      { grant_type: 'client_credentials' },
      { authorization: basic('admin', ADMIN_SECRET) },
    );
    this.admin = String(body.access_token);
  }

  async token(
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Pick<Answer, 'status' | 'body'>> {
    const response = await this.app.request('/oauth/token', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': '192.0.2.10', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
    return { status: response.status, body: await response.json() };
  }

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await this.app.request(path, {
      method,
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        authorization: `Bearer ${this.admin}`,
        'x-identity-zone-id': '',
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') && text !== '';
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  async addUser(userName: string, password = 'a password'): Promise<string> {
    const { body } = await this.call('POST', '/Users', {
      userName,
      password,
      emails: [{ value: `${userName}@example.test` }],
    });
    return body.id;
  }

  async addTo(group: string, userId: string): Promise<void> {
    const { body } = await this.call('GET', `/Groups?filter=${encodeURIComponent(`displayName eq "${group}"`)}`);
    const { status } = await this.call('POST', `/Groups/${body.resources[0].id}/members`, {
      origin: 'uaa',
      type: 'USER',
      value: userId,
    });
    if (status !== 201) throw new Error(`adding a member to ${group} answered ${status}`);
  }
}
