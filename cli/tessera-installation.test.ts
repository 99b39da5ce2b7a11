import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { cliTwins } from '#components/cli-twins.ts';
import { inTransaction } from '#db/transaction.ts';
import { stageTiles } from '#server/api/deployed-fixture.ts';
import { useConsole } from './console-fixture.ts';

const { pool, vault, environment, done, refused } = useConsole();
const SERVICE = 'pivotal-container-service';
const UUID = 'b3f1f8a4-9d7e-4c1a-8f57-0a1b2c3d4e5f';

beforeAll(async () => {
  await done('set-up', '-u', 'admin', '-p', 'correct horse', '--passphrase', 'battery staple');
  await inTransaction(pool, (tx) => stageTiles(tx, vault));
});

test('users are created, put into groups and deleted', async () => {
  const ana = ['users', 'create', 'ana', '--email', 'ana@example.com'];
  expect(await refused(...ana, '-p', 'short')).toBe('password: at least 8 characters');
  expect(
    await done(...ana, '-p', 'correct horse', '--group', 'opsman.full_view', '--group', 'pks.clusters.manage'),
  ).toBe('User ana created, groups: opsman.full_view, pks.clusters.manage.');
  expect(await done('users')).toMatch(
    /\nana +ana@example\.com +active +opsman\.full_view, pks\.clusters\.manage +never$/,
  );
  expect(await done('users', 'groups', 'ana', 'opsman.restricted_view')).toBe('Groups of ana: opsman.restricted_view.');
  expect(await refused('users', 'groups', 'ana', 'nope')).toContain('Group nope does not exist');
  expect(await refused('users', 'groups', 'ana')).toBe('Name the groups that ana shall have, or give --none.');
  expect(await done('users', 'groups')).toMatch(/^Group +Description\nbosh\.admin +Everything in the director\n/);
  await done('login', '--url', `${environment.TESSERA_URL}`, '-u', 'ana', '-p', 'correct horse');
  expect(await refused('credentials', SERVICE)).toMatch(/opsman/);
  await done('login', '--url', `${environment.TESSERA_URL}`, '-u', 'admin', '-p', 'correct horse');
  expect(await done('users', 'groups', 'ana', '--none')).toBe('Groups of ana: none.');
  expect(await done('users', 'delete', 'ana', '--non-interactive')).toBe('User ana deleted.');
  expect(await refused('users', 'delete', 'ana', '--non-interactive')).toBe('There is no user ana. There are: admin.');
});

test('the installation, its stemcells and its vault', async () => {
  expect(await done('version')).toMatch(/^tessera \d+\.\d+\.\d+$/);
  expect(await done('info')).toMatch(
    /^Console: +http:.*, started <time>\nInstallation: +a1b2c3\nDirector: +never started\nVault: +open\n/,
  );
  expect(await done('stemcells')).toMatch(
    /^Stemcell +Kubernetes +State +Built +Task\ntrixie\/1\.36\.\d+ +1\.36\.\d+ +missing +- +-$/,
  );
  expect(await refused('unlock', '--passphrase', 'wrong')).toBe('The decryption passphrase is wrong.');
  expect(await done('unlock', '--passphrase', 'battery staple')).toBe('The vault is open.');
  await done('change-passphrase', '--from', 'battery staple', '--to', 'other staple');
  expect(await refused('unlock', '--passphrase', 'battery staple')).toBe('The decryption passphrase is wrong.');
});

test('a cluster is shown by AZ, VM and process', async () => {
  expect(await refused('cluster', 'demo')).toBe('Cluster demo not found.');
  await insertCluster();
  expect(await done('cluster', 'demo')).toMatchInlineSnapshot(`
    "Name:                     demo
    UUID:                     b3f1f8a4-9d7e-4c1a-8f57-0a1b2c3d4e5f
    Last action:              CREATE succeeded
    Description:              Instance provisioning completed
    Plan:                     small, 1 + 1 nodes
    API address:              10.99.0.20:8443
    External host name:       demo.example.com
    Kubernetes:               1.36.3
    Owner:                    admin
    Task:                     -

    AZ   VM        State    Address     VM type  Restarts
    az1  master/0  running  10.99.0.21  small
           etcd    running                       2
    az2  worker/0  running  10.99.0.22  small"
  `);
});

/** Lines of pages whose command is of this CLI, with ids that exist here. */
test.each([
  cliTwins.pendingChanges(),
  cliTwins.installations(),
  cliTwins.configureProduct(SERVICE),
  cliTwins.deployedStatus(`service-instance_${UUID}`),
  cliTwins.credentialReferences(SERVICE),
  cliTwins.users(),
  cliTwins.version(),
])('the line of the page works: %s', async (line) => {
  expect(await done(...line.split(' ').slice(1))).not.toBe('');
});

async function insertCluster(): Promise<void> {
  const processes = [
    {
      name: 'etcd',
      job: 'etcd',
      state: 'running',
      pid: 7,
      uptimeSeconds: 9,
      memoryKib: 1,
      cpuPercent: 1,
      restarts: 2,
      lastExit: null,
    },
  ];
  await pool.query(
    `insert into clusters (uuid, name, normalised_name, plan_name, external_hostname, port, master_address, worker_instances, master_instances, owner, kubernetes_version, last_action, last_action_state, last_action_description) values ($1, 'demo', 'demo', 'small', 'demo.example.com', 8443, '10.99.0.20', 1, 1, 'admin', '1.36.3', 'CREATE', 'succeeded', 'Instance provisioning completed')`,
    [UUID],
  );
  await pool.query(`insert into deployments (name, cluster_uuid, manifest) values ($1, $2, '{}')`, [
    `service-instance_${UUID}`,
    UUID,
  ]);
  for (const [group, az, address, list] of [
    ['worker', 'az2', '10.99.0.22', []],
    ['master', 'az1', '10.99.0.21', processes],
  ] as const) {
    await pool.query(
      `insert into instances (id, deployment, group_name, index, az, network, address, vm_type, stemcell, job_state, processes) values ($1, $2, $3, 0, $4, 'default', $5, 'small', 'trixie/1.36.3', 'running', $6)`,
      [randomUUID(), `service-instance_${UUID}`, group, az, address, JSON.stringify(list)],
    );
  }
}
