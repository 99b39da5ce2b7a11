import { beforeAll, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import { SYSTEM_ACTOR } from '#model/role.ts';
import { newUuid } from '#server/platform/ids.ts';
import { authorizeDeployment } from './authorize-deployment.ts';
import {
  readMeltdown,
  readMeltdownSettings,
  readResurrection,
  saveMeltdownSettings,
  saveResurrection,
  writeMeltdown,
} from './health-settings.ts';
import { listMarks } from './list-marks.ts';
import { listRecoveries } from './list-recoveries.ts';
import { readLayers } from './read-layers.ts';
import { readOverview } from './read-overview.ts';
import { readVitals } from './read-vitals.ts';

const { pool } = useTestDatabase();
const inTx = <T>(fn: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(pool, fn);
const uuid = newUuid();
const deployment = `service-instance_${uuid}`;
const OWNER = { name: 'cody', userId: null, groups: ['pks.clusters.manage'] };
const STRANGER = { ...OWNER, name: 'alana' };

beforeAll(async () => {
  await pool.query(
    `insert into clusters (uuid, name, normalised_name, plan_name, external_hostname, port, master_instances, worker_instances, owner,
       kubernetes_version, last_action, last_action_state, last_action_description)
     values ($1, 'blue', 'blue', 'small', 'blue.example.org', 8443, 3, 1, 'cody', '1.36.3', 'CREATE', 'succeeded', 'done')`,
    [uuid],
  );
  await pool.query(`insert into deployments (name, manifest, cluster_uuid) values ($1, '{}', $2)`, [deployment, uuid]);
  const rows = [
    ['master', 0, 'az1', 'running', 'alive'],
    ['master', 1, 'az2', 'running', 'alive'],
    ['master', 2, 'az3', 'unresponsive agent', 'dead'],
    ['worker', 0, 'az1', 'running', 'alive'],
  ] as const;
  for (const [group, index, az, job, health] of rows) {
    await pool.query(
      `insert into instances (id, deployment, group_name, index, az, network, address, vm_type, stemcell, vm_cid, job_state, vm_health)
       values ($1, $2, $3, $4, $5, 'n', '10.0.0.1', 'small', 's', 'vm', $6, $7)`,
      [newUuid(), deployment, group, index, az, job, health],
    );
  }
  await pool.query(`insert into az_states (name, state, reason, power) values ('az3', 'down', 'switched off', 'off')`);
});

test('the overview says of a cluster what serves, what is missed and what it still tolerates', async () => {
  const overview = await inTx((tx) => readOverview(tx, SYSTEM_ACTOR));
  expect(overview.clusters).toEqual([
    {
      name: 'blue',
      deployment,
      state: 'attention',
      verdict: 'Serving. 2 of 3 masters up (tolerates 0 more), 1 of 1 worker up. master/2 is dead.',
    },
  ]);
  expect(overview).toMatchObject({ state: 'unknown', meltdown: null, resurrection: { enabled: true, off: [] } });
  expect(overview.azs).toMatchObject([
    { name: 'az1', state: 'up', vms: 2, down: 0, power: null },
    { name: 'az2', state: 'up', vms: 1, down: 0 },
    { name: 'az3', state: 'down', vms: 1, down: 1, power: 'off', reason: 'switched off' },
  ]);
});

test('figures of a layer are those of its recoveries of the last 30 days', async () => {
  await pool.query(
    `insert into recoveries (layer, deployment, subject, title, cause, began_at, detected_at, recovered_at)
     select 'vm', $1, 'instance/x', 'worker/0', 'VM is off', now() - interval '1 hour', now() - interval '1 hour' + s * interval '1 second',
            now() - interval '1 hour' + s * interval '10 seconds' from generate_series(1, 3) s
      union all select 'vm', $1, 'instance/x', 'old', 'VM is off', now() - interval '40 days', now(), now()
      union all select 'vm', $1, 'instance/x', 'open', 'VM is off', now(), null, null`,
    [deployment],
  );
  const layers = await inTx(readLayers);
  expect(layers.map(({ layer }) => layer)).toEqual(['pod', 'process', 'vm', 'az']);
  expect(layers[2]).toMatchObject({
    recoveries: 3,
    open: 1,
    detectMs: { p50: 2000, p95: 2900 },
    recoverMs: { p50: 20_000, p95: 29_000 },
    last: { title: 'open', recoveredAt: null },
  });
  expect(layers[0]).toMatchObject({ recoveries: 0, detectMs: null, last: null });
  expect((await inTx((tx) => listRecoveries(tx, { layer: 'vm', limit: 2 }))).map(({ title }) => title)).toHaveLength(2);
});

test('a timeline holds what is younger than asked for, of its deployment and of the fleet, oldest first', async () => {
  await pool.query(
    `insert into marks (at, lane, phase, deployment, subject, title) values
       (now() - interval '2 hours', 'vm', 'detected', $1, 'instance/x', 'old'),
       (now() - interval '5 minutes', 'vm', 'detected', $1, 'instance/x', 'ours'),
       (now() - interval '4 minutes', 'az', 'detected', null, 'az/az3', 'the fleet''s'),
       (now() - interval '3 minutes', 'vm', 'detected', 'other', 'instance/y', 'theirs')`,
    [deployment],
  );
  const titles = async (of: string | null): Promise<string[]> =>
    (await inTx((tx) => listMarks(tx, { deployment: of, hours: 1 }))).map(({ title }) => title);
  expect(await titles(deployment)).toEqual(['ours', "the fleet's"]);
  expect(await titles(null)).toEqual(['ours', "the fleet's", 'theirs']);
});

test('vitals are told by instance', async () => {
  const { rows } = await pool.query<{ id: string }>(`select id from instances where group_name = 'worker'`);
  const id = rows[0]?.id ?? '';
  await pool.query(
    `insert into vitals_points (instance_id, at, cpu_percent, memory_percent)
     values ($1, now() - interval '1 minute', 5, 40), ($1, now(), 7, 41)`,
    [id],
  );
  expect(await inTx((tx) => readVitals(tx, deployment))).toMatchObject({
    [id]: [{ cpuPercent: 5 }, { cpuPercent: 7 }],
  });
});

test('until somebody sets it, the applied director tile says whether dead VMs are repaired', async () => {
  expect(await inTx(readResurrection)).toEqual({ enabled: true, off: [] });
  const configuration = JSON.stringify({ properties: { '.properties.resurrector_enabled': false } });
  await pool.query(
    `insert into staged_products (guid, slug, product_version, configuration, deployed_version, deployed_configuration, changed_by)
     values ('p-bosh-1', 'p-bosh', '1.0.0', $1::jsonb, '1.0.0', $1::jsonb, 'admin')`,
    [configuration],
  );
  expect(await inTx(readResurrection)).toEqual({ enabled: false, off: [] });
});

test('settings have their defaults, are kept, and only administrators set the guard', async () => {
  expect(await inTx(readMeltdownSettings)).toMatchObject({ fleet: { minimumDown: 5 }, repairsAtOnce: 6 });
  const strict = { ...(await inTx(readMeltdownSettings)), repairsAtOnce: 2 };
  await inTx((tx) => saveMeltdownSettings(tx, strict, SYSTEM_ACTOR));
  expect(await inTx(readMeltdownSettings)).toEqual(strict);
  await expect(inTx((tx) => saveMeltdownSettings(tx, strict, OWNER))).rejects.toMatchObject({ code: 'forbidden' });
  await inTx((tx) => saveResurrection(tx, { enabled: true, off: [deployment, deployment] }, SYSTEM_ACTOR));
  expect(await inTx(readResurrection)).toEqual({ enabled: true, off: [deployment] });
  const meltdown = { since: '2026-01-01T00:00:00.000Z', rule: 'fleet', scope: 'the fleet', down: 5, total: 9 } as const;
  await inTx((tx) => writeMeltdown(tx, meltdown));
  expect(await inTx(readMeltdown)).toEqual(meltdown);
  await inTx((tx) => writeMeltdown(tx, null));
  expect(await inTx(readMeltdown)).toBeNull();
});

test('an owner may look at the own cluster, a stranger may not, and the fleet is for those of the console', async () => {
  await inTx((tx) => authorizeDeployment(tx, OWNER, deployment));
  await expect(inTx((tx) => authorizeDeployment(tx, STRANGER, deployment))).rejects.toMatchObject({
    code: 'forbidden',
  });
  await expect(inTx((tx) => authorizeDeployment(tx, OWNER, null))).rejects.toMatchObject({ code: 'forbidden' });
  await inTx((tx) => authorizeDeployment(tx, SYSTEM_ACTOR, null));
});
