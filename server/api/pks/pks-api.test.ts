import type { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { createRestApp } from '../app.ts';
import { deployTiles } from '../deployed-fixture.ts';
import { readPksApi } from '../read-pks-api.ts';
import { basic, type RestFixture, setUpRest, UaaClient } from '../rest-fixture.ts';
import { createUaa } from '../uaa/uaa.ts';

const { pool } = useTestDatabase();
let fixture: RestFixture;
let app: Hono;
let client: UaaClient;
const tokens: Record<string, string> = {};

/** One request as a logged-in user; `nobody` sends no token. */
async function call(user: string, method: string, path: string, body?: unknown) {
  const response = await app.request(`/pks/v1${path}`, {
    method,
    headers: { accept: 'application/json', ...(tokens[user] ? { authorization: `Bearer ${tokens[user]}` } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : undefined };
}

const request = (name: string, parameters: Record<string, unknown> = {}) => ({
  name,
  plan_name: 'small',
  parameters: { kubernetes_master_host: `${name.replaceAll('_', '-')}.pks.example.test`, ...parameters },
});

/** Ends the last action of a cluster, as its workflow would. */
const settle = (name: string, state: string, address: string | null = null) =>
  pool.query(`update clusters set last_action_state = $2, master_address = $3 where name = $1`, [name, state, address]);

beforeAll(async () => {
  fixture = await setUpRest(pool);
  await inTransaction(pool, (tx) => deployTiles(tx, fixture.deps.vault, 'api.pks.example.test'));
  const deps = { ...fixture.deps, readPksApi };
  app = createRestApp(deps);
  client = new UaaClient(createUaa(deps, 'pks'));
  const secret = await inTransaction(pool, async (tx) => {
    const { rows } = await tx.client.query<{ name: string }>(
      `select name from secrets where name like '%management_admin_client/secret%'`,
    );
    return fixture.deps.vault.read(tx, rows[0]?.name ?? '');
  });
  const { body } = await client.token({ grant_type: 'client_credentials' }, { authorization: basic('admin', secret) });
  client.admin = body.access_token;
  for (const [user, group] of [
    ['john', 'pks.clusters.admin'],
    ['mia', 'pks.clusters.manage'],
    ['noa', 'pks.clusters.manage'],
    ['rea', 'pks.clusters.admin.read'],
    ['zed', null],
  ] as const) {
    const id = await client.addUser(user);
    if (group) await client.addTo(group, id);
    tokens[user] = (
      await client.token({ grant_type: 'password', username: user, password: 'a password', client_id: 'pks_cli' })
    ).body.access_token;
  }
});
afterAll(() => fixture.close());

describe('plans', () => {
  test('all three pks groups list them, with the key that has dashes', async () => {
    for (const user of ['john', 'mia', 'rea']) {
      const { status, body } = await call(user, 'GET', '/plans');
      expect(status).toBe(200);
      expect(body[0]).toMatchObject({
        id: expect.any(String),
        name: 'small',
        master_instances: 1,
        'allow-privileged-containers': expect.any(Boolean),
      });
    }
  });

  test('without a token, with a garbled one and without a group they are refused, each in its way', async () => {
    expect(await call('nobody', 'GET', '/plans')).toMatchObject({ status: 401, body: { error: 'unauthorized' } });
    tokens.garbled = 'x.y.z';
    expect(await call('garbled', 'GET', '/plans')).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
    expect(await call('zed', 'GET', '/plans')).toMatchObject({
      status: 403,
      body: { body: expect.stringContaining('pks.clusters.admin') },
    });
  });
});

describe('clusters', () => {
  test('a created cluster is in progress at once, and both spellings of its name find it', async () => {
    const { status, body } = await call(
      'john',
      'POST',
      '/clusters',
      request('es_cluster', { kubernetes_worker_instances: 2 }),
    );
    expect(status).toBe(202);
    expect(body).toMatchObject({
      name: 'es_cluster',
      plan_name: 'small',
      last_action: 'CREATE',
      last_action_state: 'in progress',
      last_action_description: 'Creating cluster',
      kubernetes_master_ips: ['In Progress'],
      pks_version: '1.0.0',
      parameters: {
        kubernetes_master_host: 'es-cluster.pks.example.test',
        kubernetes_master_port: 8443,
        kubernetes_worker_instances: 2,
      },
    });
    for (const path of ['/clusters/es_cluster', '/clusters/es-cluster', '/clusterdetails/es-cluster']) {
      expect((await call('john', 'GET', path)).body.uuid).toBe(body.uuid);
    }
    const { rows } = await pool.query(`select kind from tasks where subject = $1`, [body.uuid]);
    expect(rows).toEqual([{ kind: 'create-cluster' }]);
  });

  test('bad requests are refused with a sentence and nothing is made', async () => {
    const before = (await call('john', 'GET', '/clusters')).body.length;
    const cases: [unknown, number, string][] = [
      [request('es-cluster'), 409, 'exists already'],
      [
        { ...request('other'), parameters: { kubernetes_master_host: 'es-cluster.pks.example.test' } },
        409,
        'used by cluster es_cluster',
      ],
      [{ ...request('other'), plan_name: 'huge' }, 404, 'Plan not found: huge'],
      [request('bad&name'), 422, 'letters, digits'],
      [request('x'.repeat(64)), 422, 'at most 63'],
      [request('other', { kubernetes_worker_instances: 1000 }), 422, 'plan small allows'],
      [request('other', { kubernetes_master_host: `${'x'.repeat(65)}` }), 422, 'at most 64'],
      [{ name: 'other' }, 422, 'plan_name'],
      [{ ...request('other'), network_profile_name: 'np' }, 404, 'np'],
    ];
    for (const [body, status, sentence] of cases) {
      const answer = await call('john', 'POST', '/clusters', body);
      expect([answer.status, answer.body.body]).toEqual([status, expect.stringContaining(sentence)]);
    }
    expect((await call('john', 'GET', '/clusters')).body).toHaveLength(before);
  });

  test('while an action runs another is refused', async () => {
    expect(await call('john', 'PATCH', '/clusters/es_cluster', { kubernetes_worker_instances: 3 })).toMatchObject({
      status: 409,
    });
    expect(await call('john', 'DELETE', '/clusters/es_cluster')).toMatchObject({
      status: 409,
      body: { body: expect.stringContaining('in progress') },
    });
    await settle('es_cluster', 'succeeded', '10.99.0.20');
    expect((await call('john', 'PATCH', '/clusters/es_cluster', { kubernetes_worker_instances: 3 })).status).toBe(202);
    expect((await call('john', 'GET', '/clusters/es_cluster')).body).toMatchObject({
      last_action: 'UPDATE',
      kubernetes_master_ips: ['10.99.0.20'],
      parameters: { kubernetes_worker_instances: 3 },
    });
    await settle('es_cluster', 'succeeded', '10.99.0.20');
  });

  test('pks.clusters.manage sees and changes only its own', async () => {
    expect((await call('mia', 'POST', '/clusters', request('mias'))).status).toBe(202);
    await settle('mias', 'succeeded', '10.99.0.21');
    const names = async (user: string) =>
      (await call(user, 'GET', '/clusters')).body.map((one: { name: string }) => one.name);
    expect(await names('mia')).toEqual(['mias']);
    expect(await names('noa')).toEqual([]);
    expect(await names('john')).toEqual(['es_cluster', 'mias']);
    expect(await names('rea')).toEqual(['es_cluster', 'mias']);
    for (const [method, path, body] of [
      ['GET', '/clusters/mias', undefined],
      ['PATCH', '/clusters/mias', { kubernetes_worker_instances: 2 }],
      ['POST', '/clusters/mias/binds', {}],
      ['DELETE', '/clusters/mias', undefined],
    ] as const) {
      expect((await call('noa', method, path, body)).status).toBe(403);
    }
    expect((await call('mia', 'DELETE', '/clusters/mias')).status).toBe(202);
  });

  test('pks.clusters.admin.read looks and does nothing else', async () => {
    expect((await call('rea', 'GET', '/clusters/es_cluster')).status).toBe(200);
    expect((await call('rea', 'POST', '/clusters', request('reas'))).status).toBe(403);
    expect((await call('rea', 'POST', '/clusters/es_cluster/binds', {})).status).toBe(403);
    expect((await call('rea', 'DELETE', '/clusters/es_cluster')).status).toBe(403);
  });

  test('an unknown cluster and an unknown path are 404 with a body', async () => {
    expect(await call('john', 'GET', '/clusters/none')).toEqual({
      status: 404,
      body: { body: 'Cluster none not found.' },
    });
    expect((await call('john', 'GET', '/sinks')).body.body).toContain('/sinks');
  });
});

test('before the first apply everything says what to do', async () => {
  const bare = createRestApp({ ...fixture.deps, readPksApi: async () => null });
  const response = await bare.request('/pks/v1/plans', { headers: { authorization: `Bearer ${tokens.john}` } });
  expect([response.status, (await response.json()).body]).toEqual([422, expect.stringContaining('apply changes')]);
});

test('a fault inside is told with an id and no detail', async () => {
  const broken = createRestApp({
    ...fixture.deps,
    readPksApi: async () => {
      throw new Error('column "password_hash" does not exist');
    },
  });
  const response = await broken.request('/pks/v1/plans', { headers: { authorization: `Bearer ${tokens.john}` } });
  const text = await response.text();
  expect(response.status).toBe(500);
  expect(text).not.toContain('password_hash');
  expect(text).toMatch(/under [A-Za-z0-9_-]{8}\./);
});
