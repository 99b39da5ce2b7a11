import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { deployTiles } from '#server/api/deployed-fixture.ts';
import { createPksApi } from '#server/api/pks/pks-api.ts';
import { readPksApi } from '#server/api/read-pks-api.ts';
import { type RestFixture, setUpRest } from '#server/api/rest-fixture.ts';
import { createUaa } from '#server/api/uaa/uaa.ts';
import { createAuthority, issueCertificate } from '#server/certificates/issue-certificate.ts';
import { createPksProgram } from './pks-program.ts';
import type { Printer } from './print.ts';
import { runProgram } from './run-program.ts';

// the real CLI against the real REST dialects over TLS, on rows of a real database
const { pool } = useTestDatabase();
const folder = mkdtempSync(join(tmpdir(), 'tessera-pks-'));
const caFile = join(folder, 'ca.pem');
const emptyFile = join(folder, 'empty.pem');
const environment: Record<string, string> = {
  PKS_HOME: join(folder, 'home'),
  KUBECONFIG: join(folder, 'kube', 'config'),
};
const servers: Server[] = [];
let fixture: RestFixture;
let adminCertificate: string;
let whileWaiting: () => Promise<unknown> = async () => undefined;

async function pks(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const lines: string[] = [];
  const errors: string[] = [];
  const print: Printer = { line: (text = '') => lines.push(text), error: (text) => errors.push(text) };
  const sleep = async () => void (await whileWaiting());
  const code = await runProgram(createPksProgram({ print, environment, sleep }), args, print);
  const out = lines
    .map((line) => line.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '<uuid>').replace(/1\.36\.\d+/, '1.36.x'))
    .join('\n');
  return { code, out, err: errors.join('\n') };
}

const settle = (name: string, state: string, description: string) =>
  pool.query(
    `update clusters set last_action_state = $2, last_action_description = $3, master_address = '10.99.0.20' where name = $1`,
    [name, state, description],
  );

const logIn = () => pks('login', '-a', 'localhost', '-u', 'ana', '-p', 'correct horse', '--ca-cert', caFile);

beforeAll(async () => {
  fixture = await setUpRest(pool);
  await inTransaction(pool, (tx) => deployTiles(tx, fixture.deps.vault, 'localhost'));
  const now = new Date();
  const authority = await createAuthority({ commonName: 'test authority', days: 2, now });
  const leaf = await issueCertificate(authority, {
    commonName: 'localhost',
    alternativeNames: ['localhost'],
    usages: ['server_auth'],
    days: 1,
    now,
  });
  writeFileSync(caFile, authority.certificatePem);
  writeFileSync(emptyFile, 'nothing');
  adminCertificate = JSON.stringify({
    certificate: leaf.certificatePem,
    private_key: leaf.privateKeyPem,
    ca: authority.certificatePem,
  });
  const listen = async (app: Hono): Promise<string> => {
    const server = createServer(
      { cert: leaf.certificatePem, key: leaf.privateKeyPem },
      getRequestListener(app.fetch, { overrideGlobalObjects: false }),
    );
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return String(typeof address === 'object' && address !== null ? address.port : '');
  };
  const deps = { ...fixture.deps, readPksApi };
  environment.PKS_UAA_PORT = await listen(createUaa(deps, 'pks'));
  environment.PKS_API_PORT = await listen(createPksApi(deps));
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  fixture.close();
  rmSync(folder, { recursive: true });
});

describe('login', () => {
  test('every command asks for it first', async () => {
    for (const args of [['plans'], ['clusters'], ['cluster', 'x'], ['get-credentials', 'x']]) {
      expect(await pks(...args)).toEqual({
        code: 1,
        out: expect.any(String),
        err: 'Error: You are not currently authenticated. Please log in to continue.',
      });
    }
  });

  test('a certificate of an unknown authority is refused, saying both ways out', async () => {
    const { code, err } = await pks('login', '-a', 'localhost', '-u', 'ana', '-p', 'correct horse');
    expect(code).toBe(1);
    expect(err).toMatch(/^Error: The certificate of localhost:\d+ is not trusted .*--ca-cert FILE.*-k/);
  });

  test('a certificate that does not cover the name is refused even with the authority', async () => {
    const { err } = await pks('login', '-a', '127.0.0.1', '-u', 'ana', '-p', 'correct horse', '--ca-cert', caFile);
    expect(err).toMatch(/is not valid for 127\.0\.0\.1/);
  });

  test('by address all spellings of skipping the check work', async () => {
    for (const flag of ['-k', '--skip-ssl-validation', '--skip-ssl-verification']) {
      expect((await pks('login', '-a', 'https://127.0.0.1/', '-u', 'ana', '-p', 'correct horse', flag)).code).toBe(0);
    }
  });

  test('a wrong password and a wrong client secret are rejected', async () => {
    const rejected = { code: 1, out: '', err: 'Error: Credentials were rejected, please try again.' };
    expect(await pks('login', '-a', 'localhost', '-u', 'ana', '-p', 'wrong', '-k')).toEqual(rejected);
    expect(await pks('login', '-a', 'localhost', '--client-name', 'admin', '--client-secret', 'wrong', '-k')).toEqual(
      rejected,
    );
  });

  test('by name with the authority: who and where; the file is private and holds no password', async () => {
    expect(await logIn()).toEqual({
      code: 0,
      err: '',
      out: '\nAPI Endpoint: localhost\nUser: ana\n\nLogin successful.',
    });
    const file = join(environment.PKS_HOME ?? '', 'creds.yml');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain('correct horse');
    expect(parse(text)).toMatchObject({
      api: 'localhost',
      username: 'ana',
      skip_ssl_verification: false,
      access_token: expect.any(String),
    });
  });

  test('no user, no file, no certificate in the file, a name that does not resolve', async () => {
    expect((await pks('login', '-a', 'localhost')).err).toContain('-u and -p');
    expect((await pks('login', '-a', 'localhost', '-u', 'x', '-p', 'y', '--ca-cert', '/nowhere.pem')).err).toContain(
      '/nowhere.pem cannot be read',
    );
    expect((await pks('login', '-a', 'localhost', '-u', 'x', '-p', 'y', '--ca-cert', emptyFile)).err).toContain(
      'no PEM certificate',
    );
    expect((await pks('login', '-a', 'nowhere.invalid', '-u', 'x', '-p', 'y', '-k')).err).toContain(
      'tessera hosts --write',
    );
    expect((await pks('login')).err).toBe("Error: required option '-a, --api <host>' not specified");
  });
});

describe('clusters', () => {
  beforeAll(async () => {
    await logIn();
  });

  test('plans in columns', async () => {
    const { out } = await pks('plans');
    expect(out.split('\n').slice(1, 3)).toEqual([
      expect.stringMatching(/^Name +ID +Description$/),
      expect.stringMatching(/^small +plan1/),
    ]);
    expect(JSON.parse((await pks('plans', '--json')).out)[0].name).toBe('small');
  });

  test('create prints the block; both flags of the node count work', async () => {
    const { code, out } = await pks(
      'create-cluster',
      'es_cluster',
      '--external-hostname',
      'es-cluster.example.test',
      '--plan',
      'small',
      '--num_nodes',
      '2',
    );
    expect(code).toBe(0);
    expect(out).toBe(`
PKS Version:              1.0.0
Name:                     es_cluster
K8s Version:              1.36.x
Plan Name:                small
UUID:                     <uuid>
Last Action:              CREATE
Last Action State:        in progress
Last Action Description:  Creating cluster
Kubernetes Master Host:   es-cluster.example.test
Kubernetes Master Port:   8443
Worker Nodes:             2
Kubernetes Master IP(s):  In Progress
Network Profile Name:
Kubernetes Profile Name:
Compute Profile Name:
Tags:

Use 'pks cluster es_cluster' to monitor the state of your cluster`);
    expect(
      (await pks('create-cluster', 'x', '-e', 'x.example.test', '-p', 'small', '--num-nodes', 'two')).err,
    ).toContain('whole number');
    expect(await pks('create-cluster', 'es-cluster', '-e', 'x.example.test', '-p', 'small')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^Error: Cluster es-cluster exists already/),
    });
  });

  test('credentials are refused until there is an address', async () => {
    expect((await pks('get-credentials', 'es-cluster')).err).toContain('has no address yet');
  });

  test('the list in columns, one by either spelling, JSON as scripts read it', async () => {
    await settle('es_cluster', 'succeeded', 'Instance provisioning completed');
    expect((await pks('clusters')).out).toBe(`
PKS Version  Name        k8s Version  Plan Name  UUID                                  Status     Action
1.0.0        es_cluster  1.36.x       small      <uuid>  succeeded  CREATE`);
    expect((await pks('cluster', 'es-cluster')).out).toContain('Kubernetes Master IP(s):  10.99.0.20');
    expect(JSON.parse((await pks('cluster', 'es_cluster', '--json')).out)).toMatchObject({
      last_action_state: 'succeeded',
      kubernetes_master_ips: ['10.99.0.20'],
      parameters: { kubernetes_master_host: 'es-cluster.example.test' },
    });
    expect(await pks('cluster', 'none')).toEqual({ code: 1, out: '', err: 'Error: Cluster none not found' });
  });

  test('credentials are merged into the kubeconfig, which keeps what else is in it', async () => {
    const { rows } = await pool.query<{ uuid: string }>(`select uuid from clusters where name = 'es_cluster'`);
    const name = `/tessera/service-instance_${rows[0]?.uuid}/admin`;
    await inTransaction(pool, (tx) =>
      fixture.deps.vault.put(tx, { name, kind: 'certificate', value: adminCertificate }),
    );
    expect((await pks('get-credentials', 'es-cluster')).out).toBe(`
Fetching credentials for cluster es-cluster.
Context set for cluster es_cluster.

You can now switch between clusters by using:
$ kubectl config use-context <cluster-name>`);
    const file = environment.KUBECONFIG ?? '';
    const config = parse(readFileSync(file, 'utf8'));
    expect(config).toMatchObject({
      'current-context': 'es_cluster',
      clusters: [{ name: 'es_cluster', cluster: { server: 'https://10.99.0.20:8443' } }],
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);

    writeFileSync(
      file,
      JSON.stringify({
        ...config,
        preferences: { colors: true },
        clusters: [{ name: 'mine', cluster: {} }, ...config.clusters],
        'current-context': 'mine',
      }),
    );
    expect((await pks('get-credentials', 'es_cluster')).code).toBe(0);
    const again = parse(readFileSync(file, 'utf8'));
    expect(again.clusters.map((one: { name: string }) => one.name)).toEqual(['mine', 'es_cluster']);
    expect([again.preferences, again['current-context'], again.users.length]).toEqual([
      { colors: true },
      'es_cluster',
      1,
    ]);

    writeFileSync(file, '{ this is: [no kubeconfig');
    expect((await pks('get-credentials', 'es_cluster')).err).toContain('it was left as it is');
    expect(readFileSync(file, 'utf8')).toBe('{ this is: [no kubeconfig');
    rmSync(file);
  });

  test('an expired access token is renewed without a word, an expired refresh token asks for login', async () => {
    const file = join(environment.PKS_HOME ?? '', 'creds.yml');
    const before = parse(readFileSync(file, 'utf8'));
    fixture.advance(700);
    expect((await pks('clusters')).code).toBe(0);
    const after = parse(readFileSync(file, 'utf8'));
    expect(after.access_token).not.toBe(before.access_token);
    expect(after.refresh_token).toBe(before.refresh_token);
    fixture.advance(30_000);
    expect((await pks('clusters')).err).toBe('Error: You are not currently authenticated. Please log in to continue.');
    await logIn();
  });

  test('--wait says each step and fails when the action fails', async () => {
    const steps: [string, string][] = [
      ['in progress', 'Instance update in progress'],
      ['succeeded', 'Instance update completed'],
    ];
    whileWaiting = async () => settle('es_cluster', ...(steps.shift() ?? (['succeeded', 'done'] as const)));
    const { code, out } = await pks('resize', 'es_cluster', '-n', '3', '--wait', '--non-interactive');
    expect(code).toBe(0);
    expect(out).toContain(
      'Update summary for cluster es_cluster:\nWorker Number: 3\nInstance update in progress\nInstance update completed\n',
    );
    whileWaiting = () =>
      settle('es_cluster', 'failed', 'Instance update failed: There was a problem completing your request. task-id: 7');
    expect(await pks('update-cluster', 'es_cluster', '--num-nodes', '2', '--wait', '--non-interactive')).toMatchObject({
      code: 1,
      err: 'Error: UPDATE of cluster es_cluster failed: Instance update failed: There was a problem completing your request. task-id: 7',
    });
  });

  test('--wait outlives an API that is away for a moment, other commands say that it is', async () => {
    const [, api] = servers;
    const port = Number(environment.PKS_API_PORT);
    const close = () => new Promise((resolve) => api?.close(resolve).closeAllConnections());
    const steps = [
      close,
      () => new Promise<void>((resolve) => api?.listen(port, '127.0.0.1', resolve)),
      () => settle('es_cluster', 'succeeded', 'Instance update completed'),
    ];
    await settle('es_cluster', 'succeeded', 'x');
    whileWaiting = async () => steps.shift()?.();
    expect(await pks('resize', 'es_cluster', '-n', '2', '--wait', '--non-interactive')).toMatchObject({
      code: 0,
      err: '',
    });
    expect(steps).toHaveLength(0);
    await close();
    expect((await pks('clusters')).err).toMatch(
      /^Error: Nothing listens at localhost:\d+\. Is the API deployed and running\?$/,
    );
    await new Promise<void>((resolve) => api?.listen(port, '127.0.0.1', resolve));
  });

  test('delete asks, and with --wait ends when the cluster is gone', async () => {
    expect((await pks('delete-cluster', 'es_cluster')).err).toContain('--non-interactive');
    whileWaiting = () => pool.query(`delete from clusters where name = 'es_cluster'`);
    const { code, out } = await pks('delete-cluster', 'es-cluster', '--non-interactive', '--wait');
    expect([code, out]).toEqual([0, 'Deletion of es-cluster in progress\nDeletion of es-cluster completed']);
    expect((await pks('cluster', 'es_cluster')).err).toBe('Error: Cluster es_cluster not found');
  });

  test('logout forgets the tokens', async () => {
    expect((await pks('logout')).code).toBe(0);
    expect((await pks('clusters')).code).toBe(1);
  });
});
