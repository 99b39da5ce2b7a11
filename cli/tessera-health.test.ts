import { beforeAll, expect, test } from 'vitest';
import { useConsole } from './console-fixture.ts';

const { pool, done, refused } = useConsole();
const UUID = '5f3ad7a0-5f8e-4b5b-a34c-0a4ba6b8d222';
const BLUE = `service-instance_${UUID}`;

beforeAll(async () => {
  await done('set-up', '-u', 'admin', '-p', 'correct horse', '--passphrase', 'battery staple');
  await pool.query(
    `insert into clusters (uuid, name, normalised_name, plan_name, external_hostname, port, worker_instances, master_instances, owner,
       kubernetes_version, last_action, last_action_state, last_action_description)
     values ($1, 'blue', 'blue', 'small', 'blue.example.com', 8443, 1, 1, 'admin', '1.36.3', 'CREATE', 'succeeded', 'done')`,
    [UUID],
  );
  await pool.query(`insert into deployments (name, cluster_uuid, manifest) values ($1, $2, '{}')`, [BLUE, UUID]);
  await pool.query(
    `insert into instances (id, deployment, group_name, index, az, network, address, vm_type, stemcell, vm_cid, job_state, vm_health)
     select gen_random_uuid(), $1, g, 0, az, 'n', '10.0.0.1', 'small', 's', 'vm', job, health
       from (values ('master', 'az1', 'running', 'alive'), ('worker', 'az2', 'unresponsive agent', 'dead')) as v(g, az, job, health)`,
    [BLUE],
  );
  await pool.query(
    `insert into az_states (name, state, reason, power) values ('az1', 'up', '', 'on'), ('az2', 'down', 'its infrastructure is off', 'off')`,
  );
  await pool.query(
    `insert into recoveries (layer, deployment, subject, title, cause, began_at, detected_at, recovered_at)
     values ('vm', $1, 'instance/x', 'worker/0 of blue', 'its VM is off', now() - interval '10 s', now() - interval '9 s', now() - interval '2 s')`,
    [BLUE],
  );
});

test('health says verdicts, layers and what the guard and repair do', async () => {
  const out = await done('health');
  expect(out).toMatch(/^blue +failed +No worker serves\. 1 of 1 master up\. worker\/0 is dead\.$/m);
  expect(out).toMatch(/^vm +1 +0 +1\.0 s \/ 1\.0 s +8\.0 s \/ 8\.0 s +\S+ worker\/0 of blue$/m);
  expect(out).toMatch(/^Resurrection: +on$/m);
  expect(JSON.parse(await done('health', '--json'))).toMatchObject({ state: 'unknown', clusters: [{ name: 'blue' }] });
});

test('azs lists state, power and VMs', async () => {
  const out = await done('azs');
  expect(out).toMatch(/^az1 +up +on +1 +0 /m);
  expect(out).toMatch(/^az2 +down +off +1 +1 .*its infrastructure is off$/m);
});

test('resurrection is switched for one cluster by its name, and for all', async () => {
  expect(await done('resurrection')).toBe('Resurrection is on.');
  expect(await done('resurrection', 'off', '--deployment', 'blue')).toBe(`Resurrection is on, off for ${BLUE}.`);
  expect(await done('resurrection', 'off')).toBe('Resurrection is off.');
  expect(await refused('resurrection', 'on', '--deployment', 'blue')).toContain('tessera resurrection on');
  await done('resurrection', 'on');
  expect(await done('resurrection', 'on', '--deployment', BLUE)).toBe('Resurrection is on.');
  expect(await refused('resurrection', 'maybe')).toContain('say on or off');
});

test('meltdown shows the thresholds and sets those that are named', async () => {
  expect(await done('meltdown')).toMatch(/^Fleet: +5 VMs and 20 % down within 600 s$/m);
  const out = await done('meltdown', '--group-minimum-down', '4', '--repairs-in-meltdown', '2');
  expect(out).toMatch(/^AZ or group: +4 VMs and 51 % down within 60 s$/m);
  expect(JSON.parse(await done('meltdown', '--json'))).toMatchObject({
    meltdown: null,
    settings: { group: { minimumDown: 4 }, fleet: { minimumDown: 5 }, repairsInMeltdown: 2 },
  });
  expect(await refused('meltdown', '--percent', '101')).toBe('per cent: at most 100');
});
