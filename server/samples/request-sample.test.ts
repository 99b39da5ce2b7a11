import { beforeEach, expect, test } from 'vitest';
import { tasks } from '#db/schema/tasks.ts';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import type { SampleId } from '#model/sample.ts';
import { noteDeployedSample, noteRemovedSample, noteSampleTask } from './note-sample.ts';
import { planSampleTask } from './plan-sample-task.ts';
import { deploySample, removeSample } from './request-sample.ts';

const database = useTestDatabase();
const UUID = '0f4e2c6e-7d0b-4c59-9c39-6f7d4a7f2a11';
const actor = (name: string, ...groups: string[]): Actor => ({ name, userId: null, groups });
const ADMIN = actor('admin', 'pks.clusters.admin');
const inTx = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(database.pool, work);

beforeEach(async () => {
  const { pool } = database;
  for (const table of ['samples', 'instances', 'deployments', 'clusters']) await pool.query(`delete from ${table}`);
  await pool.query(
    `insert into clusters (uuid, name, normalised_name, plan_name, external_hostname, port, master_address, master_instances, worker_instances,
       owner, kubernetes_version, last_action, last_action_state, last_action_description)
     values ($1, 'demo', 'demo', 'small', 'demo.test', 8443, '127.0.0.9', 1, 2, 'ana', '1.36.3', 'CREATE', 'succeeded', '')`,
    [UUID],
  );
});

const deploy = (sample: SampleId, as = ADMIN) => inTx((tx) => deploySample(tx, { cluster: 'demo', sample }, as));
const remove = (sample: SampleId, as = ADMIN) => inTx((tx) => removeSample(tx, { cluster: 'demo', sample }, as));
const states = async () => (await database.pool.query('select sample, state from samples')).rows;

test('a second press while it is being deployed is refused with the task', async () => {
  const { taskId } = await deploy('orders');
  expect(await states()).toEqual([{ sample: 'orders', state: 'deploying' }]);
  await expect(deploy('orders')).rejects.toMatchObject({ code: 'busy', message: expect.stringContaining(`${taskId}`) });
  await expect(remove('orders')).rejects.toMatchObject({ code: 'busy' });
});

test('a failed one may be tried again or removed, and is forgotten when it is removed', async () => {
  await deploy('orders');
  const task = { kind: 'deploy-sample', subject: UUID, input: { sample: 'orders' } } as const;
  await inTx((tx) => noteSampleTask(tx, task, 'failed'));
  expect(await states()).toEqual([{ sample: 'orders', state: 'failed' }]);
  await deploy('orders');
  await inTx((tx) => noteDeployedSample(tx, { cluster: UUID, sample: 'orders' }, 30_920));
  await remove('orders');
  await inTx((tx) => noteRemovedSample(tx, { cluster: UUID, sample: 'orders' }));
  expect(await states()).toEqual([]);
  await expect(remove('orders')).rejects.toMatchObject({ code: 'not_found' });
});

test('only who may use the cluster deploys on it; its owner may', async () => {
  await expect(deploy('nginx', actor('eve', 'pks.clusters.admin.read'))).rejects.toMatchObject({ code: 'forbidden' });
  await expect(deploy('nginx', actor('bob', 'pks.clusters.manage'))).rejects.toMatchObject({ code: 'forbidden' });
  await expect(deploy('nginx', actor('ana', 'pks.clusters.manage'))).resolves.toMatchObject({
    taskId: expect.any(Number),
  });
});

test.each([
  ['CREATE', 'in progress'],
  ['DELETE', 'in progress'],
  ['DELETE', 'failed'],
])('a cluster whose %s is %s takes no sample', async (action, state) => {
  await database.pool.query('update clusters set last_action = $1, last_action_state = $2', [action, state]);
  await expect(deploy('nginx')).rejects.toMatchObject({ code: 'busy' });
});

test('an image that the stemcell lacks goes to every worker that has a VM before anything is applied', async () => {
  const deployment = `service-instance_${UUID}`;
  await database.pool.query(`insert into deployments (name, cluster_uuid, manifest) values ($1, $2, '{}')`, [
    deployment,
    UUID,
  ]);
  for (const [group, index, cid] of [
    ['master', 0, 'vm-m'],
    ['worker', 0, 'vm-a'],
    ['worker', 1, null],
  ])
    await database.pool.query(
      `insert into instances (id, deployment, group_name, index, az, network, address, vm_type, stemcell, vm_cid)
       values (gen_random_uuid(), $1, $2, $3, 'az1', 'n', '10.0.0.1', 'small', 's', $4)`,
      [deployment, group, index, cid],
    );
  const plan = async (sample: SampleId) => {
    const { taskId } = await deploy(sample);
    return inTx(async (tx) => {
      const task = (await tx.db.select().from(tasks).limit(100)).find((row) => row.id === taskId);
      if (!task) throw new Error('the task is not there');
      const { stages } = await planSampleTask(tx, task);
      return stages.map(({ batches }) => batches.flat().map((lane) => `${lane.subject}: ${lane.steps[0]?.kind}`));
    });
  };
  expect(await plan('elasticsearch')).toEqual([
    ['demo: place-sample-image'],
    ['worker/0: run-errand'],
    ['demo: deploy-sample'],
  ]);
  expect(await plan('nginx')).toEqual([['demo: deploy-sample']]);
});
