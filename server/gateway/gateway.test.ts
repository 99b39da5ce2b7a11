import { createServer, get, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { parseBootstrap } from '#agent/check-message.ts';
import { forwarder } from '#agent/forward-api.ts';
import type { Bootstrap } from '#agent/protocol.ts';
import { CLOSE_REPLACED, CLOSE_REVOKED, DIGEST_HEADER } from '#agent/timing.ts';
import { deployments, instances } from '#db/schema/deployments.ts';
import { certificates } from '#db/schema/secrets.ts';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { Manifest } from '#model/manifest.ts';
import { createAuthority, issueCertificate } from '#server/certificates/issue-certificate.ts';
import {
  ADDRESS,
  callOptions,
  newInstance,
  setUpTrial,
  type Trial,
  trialJob,
  trialSpec,
  until,
} from './agent-fixture.ts';
import type { Gateway } from './gateway.ts';

const database = useTestDatabase();
let trial: Trial;
let gateway: Gateway;

const HELLO = JSON.stringify({
  type: 'hello',
  agentVersion: '1',
  bootId: 'b',
  state: { jobState: 'stopped', digest: null, processes: [], vitals: null },
});

const bootstrapOf = async (instance: string): Promise<Bootstrap> => parseBootstrap(await trial.bootstrap(instance));
const tlsOf = (from: Bootstrap) => ({ ca: from.caPem, cert: from.certificatePem, key: from.privateKeyPem });

/** A hand-made agent: says hello and answers what `serve` answers. */
function connect(from: Bootstrap, serve: (text: string) => string | null = () => null) {
  const socket = new WebSocket(`${from.gateway.replace('https', 'wss')}/v1/agent`, tlsOf(from));
  const seen = { refused: 0, closed: 0, messages: [] as string[] };
  socket.on('open', () => socket.send(HELLO));
  socket.on('unexpected-response', (_request, response) => {
    seen.refused = response.statusCode ?? 0;
  });
  socket.on('error', () => undefined);
  socket.on('close', (code) => {
    seen.closed = code;
  });
  socket.on('message', (bytes) => {
    seen.messages.push(bytes.toString());
    const answer = serve(bytes.toString());
    if (answer) socket.send(answer);
  });
  return { socket, seen };
}

async function getSpec(from: Bootstrap, headers: Record<string, string> = {}, path = '/v1/spec') {
  return new Promise<{ status: number; body: string; digest: string | undefined }>((resolve, reject) => {
    get(`${from.gateway}${path}`, { ...tlsOf(from), headers, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body, digest: response.headers[DIGEST_HEADER]?.toString() });
      });
    }).on('error', reject);
  });
}

const until200 = (from: Bootstrap) => until(async () => (await getSpec(from).catch(() => null))?.status === 404);

beforeAll(async () => {
  trial = await setUpTrial(database.pool);
  gateway = await trial.open(1);
  await until200(await bootstrapOf(newInstance()));
});

afterAll(async () => {
  await gateway.close();
  trial.close();
});

describe('who comes in', () => {
  test('an agent with its own certificate, and it is given its own spec only', async () => {
    const [mine, other] = [newInstance(), newInstance()];
    trial.specs.set(mine, trialSpec(mine, [trialJob('/x', 'alpha', 'true')]));
    trial.specs.set(other, trialSpec(other, [trialJob('/x', 'beta', 'true')]));
    const answer = await getSpec(await bootstrapOf(mine));
    expect(answer).toMatchObject({ status: 200, digest: trial.specs.get(mine)?.digest });
    expect(JSON.parse(answer.body)).toEqual(trial.specs.get(mine));
    expect((await getSpec(await bootstrapOf(mine), {}, `/v1/spec?instance=${other}`)).status).toBe(404);
  });

  test('a spec that the agent has already is not sent again; an instance without one is told so', async () => {
    const instance = newInstance();
    const bootstrap = await bootstrapOf(instance);
    expect((await getSpec(bootstrap)).status).toBe(404);
    const spec = trialSpec(instance, []);
    trial.specs.set(instance, spec);
    expect(await getSpec(bootstrap, { [DIGEST_HEADER]: spec.digest })).toMatchObject({ status: 304, body: '' });
  });

  test('nobody without a certificate, and nobody with one of another authority', async () => {
    const bootstrap = await bootstrapOf(newInstance());
    const now = new Date();
    const stranger = await createAuthority({ commonName: 'Tessera agents', days: 1, now });
    const forged = await issueCertificate(stranger, {
      commonName: bootstrap.instance,
      alternativeNames: [],
      usages: ['client_auth'],
      days: 1,
      now,
    });
    await expect(getSpec({ ...bootstrap, ...forged })).rejects.toThrow();
    await expect(getSpec({ ...bootstrap, certificatePem: '', privateKeyPem: '' })).rejects.toThrow();
  });

  test('nobody whose certificate is revoked; a connection that is open is closed', async () => {
    const instance = newInstance();
    const bootstrap = await bootstrapOf(instance);
    const { seen } = connect(bootstrap);
    await gateway.agents.waitForAgent(instance, callOptions);
    await inTransaction(database.pool, (tx) =>
      tx.db.update(certificates).set({ revokedAt: new Date() }).where(eq(certificates.instanceId, instance)),
    );
    await until(() => seen.closed === CLOSE_REVOKED);
    expect(gateway.agents.isConnected(instance)).toBe(false);
    await until(async () => (await getSpec(bootstrap)).status === 403);
    const again = connect(bootstrap);
    await until(() => again.seen.refused === 403);
  });

  test('a new VM takes over from the one before, whose certificate is revoked then', async () => {
    const instance = newInstance();
    const old = await bootstrapOf(instance);
    const first = connect(old);
    await gateway.agents.waitForAgent(instance, callOptions);
    const fresh = await bootstrapOf(instance);
    expect((await getSpec(old)).status).toBe(404);
    const second = connect(fresh);
    await until(() => first.seen.closed === CLOSE_REPLACED);
    await until(async () => (await getSpec(old)).status === 403);
    expect(second.seen.closed).toBe(0);
    expect(gateway.agents.isConnected(instance)).toBe(true);
    second.socket.close();
    await until(() => !gateway.agents.isConnected(instance));
  });
});

describe('calls', () => {
  test('a call whose connection breaks is sent again on the next one, with the same id', async () => {
    const instance = newInstance();
    const bootstrap = await bootstrapOf(instance);
    const first = connect(bootstrap);
    await gateway.agents.waitForAgent(instance, callOptions);
    const call = gateway.agents.call(instance, { method: 'apply', digest: 'd' }, callOptions);
    await until(() => first.seen.messages.length === 1);
    first.socket.terminate();
    await until(() => !gateway.agents.isConnected(instance));
    const second = connect(bootstrap, (text) =>
      JSON.stringify({ type: 'result', id: JSON.parse(text).id, value: { digest: 'd' } }),
    );
    expect(await call).toEqual({ digest: 'd' });
    expect(second.seen.messages).toEqual(first.seen.messages);
    second.socket.close();
  });

  test('an agent that does not answer is given up at the deadline and told to cancel', async () => {
    const instance = newInstance();
    const { socket, seen } = connect(await bootstrapOf(instance));
    await gateway.agents.waitForAgent(instance, callOptions);
    const call = gateway.agents.call(
      instance,
      { method: 'run-errand', job: 'smoke' },
      { ...callOptions, deadlineMs: 200 },
    );
    await expect(call).rejects.toMatchObject({ code: 'agent_timeout' });
    await until(() => seen.messages.length === 2);
    const [asked, cancel] = seen.messages.map((text) => JSON.parse(text));
    expect(cancel).toMatchObject({ method: 'cancel', request: asked.id, fencing: 1 });
    socket.close();
  });

  test('an agent that is not there is waited for no longer than the deadline', async () => {
    const call = gateway.agents.call(newInstance(), { method: 'ping' }, { ...callOptions, deadlineMs: 100 });
    await expect(call).rejects.toMatchObject({ code: 'agent_timeout' });
    await expect(gateway.agents.waitForAgent(newInstance(), { ...callOptions, deadlineMs: 100 })).rejects.toThrow(
      'is not connected',
    );
  });

  test('an answer in a shape that is not known is a failure, and a garbled message ends nothing', async () => {
    const instance = newInstance();
    const { socket } = connect(await bootstrapOf(instance), (text) =>
      JSON.stringify({ type: 'result', id: JSON.parse(text).id, value: { digest: 5 } }),
    );
    await gateway.agents.waitForAgent(instance, callOptions);
    socket.send('garbled');
    await expect(gateway.agents.call(instance, { method: 'apply', digest: 'd' }, callOptions)).rejects.toMatchObject({
      code: 'agent_failed',
    });
    expect(gateway.agents.isConnected(instance)).toBe(true);
    socket.close();
  });

  test('an agent that is silent for three pings counts as gone', async () => {
    const instance = newInstance();
    connect(await bootstrapOf(instance));
    await gateway.agents.waitForAgent(instance, callOptions);
    await until(() => !gateway.agents.isConnected(instance));
  });
});

describe('API VMs', () => {
  const ask = (port: number, path: string, body?: string) =>
    new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: unknown }>((resolve, reject) => {
      const asked = request(
        {
          host: ADDRESS,
          port,
          path,
          method: body === undefined ? 'GET' : 'POST',
          rejectUnauthorized: false,
          agent: false,
          headers: { host: 'api.pks.example.test' },
        },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(text) }),
          );
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });

  async function deploy(job: string, product: string | null): Promise<string> {
    const instance = newInstance();
    const name = `trial-${instance}`;
    const manifest = Manifest.parse({
      name,
      stemcell: { os: 'o', version: '1' },
      instance_groups: [
        { name: 'g', instances: 1, azs: ['az1'], vm_type: 'micro', network: 'n', jobs: [{ name: job, release: 'r' }] },
      ],
    });
    await inTransaction(database.pool, async (tx) => {
      await tx.db.insert(deployments).values({ name, manifest, productGuid: product });
      await tx.db.insert(instances).values({
        id: instance,
        deployment: name,
        groupName: 'g',
        index: 0,
        az: 'az1',
        network: 'n',
        address: ADDRESS,
        vmType: 'micro',
        stemcell: 's',
      });
    });
    return instance;
  }

  async function startForwarder(bootstrap: Bootstrap) {
    const server = createServer(
      { cert: bootstrap.certificatePem, key: bootstrap.privateKeyPem },
      forwarder(bootstrap, { prefix: '/pks', unavailable: (sentence) => ({ body: sentence }) }),
    );
    await new Promise<void>((resolve) => server.listen(0, ADDRESS, resolve));
    // listening on a port: the address is no pipe
    return { server, port: (server.address() as AddressInfo).port };
  }

  test('forward a request with its body and the host it was asked by; answer health themselves', async () => {
    const { server, port } = await startForwarder(
      await bootstrapOf(await deploy('pks-api', 'pivotal-container-service-1')),
    );
    expect(await ask(port, '/healthz')).toMatchObject({ status: 200, body: { status: 'UP' } });
    expect(await ask(port, '/v1/clusters', '{"name":"demo"}')).toMatchObject({
      status: 200,
      body: { path: '/pks/v1/clusters', host: 'api.pks.example.test', body: '{"name":"demo"}' },
    });
    server.close();
  });

  test('of other deployments and with other jobs are refused by the director', async () => {
    for (const instance of [await deploy('kubelet', 'pivotal-container-service-1'), await deploy('pks-api', null)]) {
      const { server, port } = await startForwarder(await bootstrapOf(instance));
      expect(await ask(port, '/v1/clusters')).toMatchObject({
        status: 403,
        body: { error: 'only API VMs may ask here' },
      });
      server.close();
    }
  });

  test('answer 503 with Retry-After while the director is away, and work again when it is back', async () => {
    const { server, port } = await startForwarder(
      await bootstrapOf(await deploy('pks-api', 'pivotal-container-service-1')),
    );
    expect((await ask(port, '/v1/plans')).status).toBe(200);
    await gateway.close();
    const away = await ask(port, '/v1/plans');
    expect(away).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect(away.body).toEqual({ body: 'The director is not reachable. Nothing was changed; try again in a moment.' });
    expect((await ask(port, '/healthz')).status).toBe(200);
    gateway = await trial.open(1);
    await until(async () => (await ask(port, '/v1/plans')).status === 200);
    server.close();
  });
});
