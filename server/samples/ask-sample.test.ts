import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import { systemClock } from '#server/platform/clock.ts';
import { askSample } from './ask-sample.ts';
import { listSamples } from './list-samples.ts';

const database = useTestDatabase();
const UUID = '0f4e2c6e-7d0b-4c59-9c39-6f7d4a7f2a11';
const DEPLOYMENT = `service-instance_${UUID}`;
const actor = (...groups: string[]): Actor => ({ name: 'ana', userId: null, groups });
const ADMIN = actor('pks.clusters.admin');
const VIEWER = actor('pks.clusters.admin.read');
let server: Server;
let port: number;
let answer: { status: number; body: string };
let heard: string[];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    heard.push(`${request.method} ${request.url} ${body}`.trim());
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve));
  // a server that listens on a port has such an address
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

beforeEach(async () => {
  heard = [];
  answer = { status: 200, body: '{"found":true,"_source":{"name":"Ada Lovelace"}}' };
  const { pool } = database;
  for (const table of ['samples', 'instances', 'deployments', 'clusters']) await pool.query(`delete from ${table}`);
  await pool.query(
    `insert into clusters (uuid, name, normalised_name, plan_name, external_hostname, port, master_address, master_instances, worker_instances,
       owner, kubernetes_version, last_action, last_action_state, last_action_description)
     values ($1, 'demo', 'demo', 'small', 'demo.test', 8443, '127.0.0.9', 1, 2, 'ana', '1.36.3', 'CREATE', 'succeeded', '')`,
    [UUID],
  );
  await pool.query(`insert into deployments (name, cluster_uuid, manifest) values ($1, $2, '{}')`, [DEPLOYMENT, UUID]);
  // nobody listens at 127.0.0.1: the first worker is down
  for (const [index, address] of ['127.0.0.1', '127.0.0.2'].entries())
    await pool.query(
      `insert into instances (id, deployment, group_name, index, az, network, address, vm_type, stemcell)
       values (gen_random_uuid(), $1, 'worker', $2, 'az1', 'n', $3, 'small', 's')`,
      [DEPLOYMENT, index, address],
    );
});

const deploy = () =>
  database.pool.query(
    `insert into samples (cluster_uuid, sample, state, node_port) values ($1, 'orders', 'running', $2)`,
    [UUID, port],
  );
const ask = (request: string, options: { address?: string; as?: Actor } = {}) =>
  askSample(
    { pool: database.pool, clock: systemClock },
    { cluster: 'demo', sample: 'orders', request, address: options.address },
    options.as ?? ADMIN,
  );

test('a node that does not answer is passed over for the next one', async () => {
  await deploy();
  expect(await ask('get-customer-1')).toMatchObject({
    status: 200,
    ok: true,
    error: null,
    address: `http://127.0.0.2:${port}`,
  });
  expect(heard).toEqual(['GET /customers/_doc/1']);
});

test('an answer without what it should hold is not as expected, and is shown', async () => {
  await deploy();
  answer = { status: 404, body: '{"found":false}' };
  expect(await ask('get-customer-1')).toMatchObject({
    status: 404,
    ok: false,
    body: '{"found":false}',
    error: '404, and the answer does not hold "name":"Ada Lovelace"',
  });
});

test('nobody answers: that is the answer, with the reason', async () => {
  await deploy();
  const answered = await ask('get-customer-1', { address: `http://127.0.0.1:${port}` });
  expect(answered).toMatchObject({ status: null, ok: false });
  expect(answered.error).toMatch(/^http:\/\/127\.0\.0\.1:\d+ did not answer: .*ECONNREFUSED/);
});

test('only addresses of the sample are asked', async () => {
  await deploy();
  await expect(ask('get-customer-1', { address: 'http://169.254.169.254' })).rejects.toMatchObject({
    code: 'invalid_input',
  });
});

test('who may look may read, and no more', async () => {
  await deploy();
  await expect(ask('get-customer-1', { as: VIEWER })).resolves.toMatchObject({ ok: true });
  await expect(ask('create-customer-1', { as: VIEWER })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(ask('get-customer-1', { as: actor('nobody') })).rejects.toMatchObject({ code: 'forbidden' });
});

test('what is written is audited', async () => {
  await deploy();
  answer = { status: 201, body: '{"_id":"1"}' };
  await expect(ask('create-customer-1')).resolves.toMatchObject({ status: 201, ok: true });
  const { rows } = await database.pool.query(`select detail from audit where action = 'ask-sample'`);
  expect(rows).toEqual([{ detail: { sample: 'orders', request: 'create-customer-1' } }]);
});

test('a sample that is not deployed has no address', async () => {
  await expect(ask('get-customer-1')).rejects.toMatchObject({ code: 'busy' });
  await expect(ask('no-such')).rejects.toMatchObject({ code: 'not_found' });
});

test('a node that hosts the pod comes first', async () => {
  await deploy();
  const node = (name: string, status: string) => ({
    name,
    status,
    zone: null,
    kubeletVersion: '',
    internalIp: null,
    osImage: '',
    kernel: '',
    runtime: '',
    createdAt: '',
    taints: [],
    startMs: 1000,
    requests: { cpu: 0, memory: 0 },
    allocatable: { cpu: 0, memory: 0 },
  });
  const seen = {
    nodes: [node('worker-0', 'NotReady'), node('worker-1', 'Ready')],
    pods: [],
    workloads: [],
    services: [],
  };
  await database.pool.query(`insert into workloads (deployment, seen) values ($1, $2)`, [DEPLOYMENT, seen]);
  const samples = await inTransaction(database.pool, (tx) => listSamples(tx, 'demo', VIEWER));
  expect(samples.find((one) => one.id === 'orders')?.addresses).toEqual([
    `http://127.0.0.2:${port}`,
    `http://127.0.0.1:${port}`,
  ]);
});
