import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { createCluster } from '#server/clusters/create-cluster.ts';
import { deleteCluster } from '#server/clusters/delete-cluster.ts';
import { resizeCluster } from '#server/clusters/resize-cluster.ts';
import { changeInstance } from '#server/deployments/change-instance.ts';
import { requestRepair } from '#server/health/request-repair.ts';
import { requestInstallation } from '#server/installations/request-installation.ts';
import { retryTask } from '#server/tasks/retry-task.ts';
import { startTask } from '#server/tasks/start-task.ts';
import { ADMIN, type AroundStep, type Fixture, openInstaller } from './installer-fixture.ts';

/** The two promises of every workflow: each step twice equals once, and a failure at any step leaves nothing that cannot be cleared away. */
const database = useTestDatabase();
let fixture: Fixture;
let names = 0;

const API_VM = 'pivotal-container-service/0';
const CLUSTER = ['master/0', API_VM, 'worker/0'];
const ALONE = { vms: [API_VM], disks: 0, instances: 1, addresses: 1, deploymentSecrets: 0 };

const newCluster = async (): Promise<{ name: string; taskId: number }> => {
  const name = `demo-${names++}`;
  const request = { name, planName: 'small', externalHostname: `${name}.test`, port: 8443, workerInstances: 1 };
  const { taskId } = await fixture.inTx((tx) => createCluster(tx, request, ADMIN));
  return { name, taskId: taskId ?? 0 };
};
const remove = async (name: string, around?: AroundStep): Promise<void> => {
  const { taskId } = await fixture.inTx((tx) => deleteCluster(tx, name, ADMIN));
  expect(await fixture.runTask(taskId ?? 0, around)).toMatchObject({ outcome: 'succeeded' });
};

/** Every step is run, forgotten and run again. */
const twice =
  (taskId: number): AroundStep =>
  async (seq, run) => {
    await run();
    await fixture.forget(taskId, seq);
    await run();
  };

beforeAll(async () => {
  fixture = await openInstaller(database.pool);
  expect(await fixture.buildStemcell()).toMatchObject({ outcome: 'succeeded' });
  await fixture.configureService();
});
afterAll(() => fixture.close());

/** The task fails at each of its steps in turn, is retried each time, and succeeds in the end. */
async function failAtEach(taskId: number): Promise<void> {
  for (const victim of await fixture.stepsOf(taskId)) {
    const failed = await fixture.runTask(taskId, async (seq, run) => {
      await run();
      if (seq === victim) throw new Error('the director is gone before it noted the end');
    });
    expect(failed.outcome).toBe('failed');
    await fixture.forget(taskId, victim);
    await fixture.inTx((tx) => retryTask(tx, taskId, ADMIN));
  }
  expect(await fixture.runTask(taskId)).toMatchObject({ outcome: 'succeeded' });
}

describe('apply changes', () => {
  test('a failure at each step in turn, then a retry: one API VM in the end', async () => {
    const { taskId } = await fixture.inTx((tx) => requestInstallation(tx, { guids: 'all' }, ADMIN));
    await failAtEach(taskId);
    expect(await fixture.inventory()).toEqual(ALONE);
  }, 60_000);
});

describe('create, resize, repair and delete a cluster', () => {
  test('each step twice equals once', async () => {
    const { name, taskId } = await newCluster();
    expect(await fixture.runTask(taskId, twice(taskId))).toMatchObject({ outcome: 'succeeded' });
    const made = await fixture.inventory();
    expect(made).toMatchObject({ vms: CLUSTER, disks: 1, instances: 3, addresses: 4 });

    const resized = await fixture.inTx((tx) => resizeCluster(tx, name, 2, ADMIN));
    expect(await fixture.runTask(resized.taskId ?? 0, twice(resized.taskId ?? 0))).toMatchObject({
      outcome: 'succeeded',
    });
    expect(await fixture.inventory()).toMatchObject({ vms: [...CLUSTER, 'worker/1'], instances: 4, addresses: 5 });

    const { rows } = await database.pool.query<{ id: string }>(
      `select id from instances where group_name = 'worker' and index = 0`,
    );
    const repairId = await fixture.inTx((tx) => requestRepair(tx, rows[0]?.id ?? '', 'VM is off'));
    expect(await fixture.runTask(repairId ?? 0, twice(repairId ?? 0))).toMatchObject({ outcome: 'succeeded' });
    expect(await fixture.inventory()).toMatchObject({ vms: [...CLUSTER, 'worker/1'], instances: 4, addresses: 5 });

    const deletion = await fixture.inTx((tx) => deleteCluster(tx, name, ADMIN));
    expect(await fixture.runTask(deletion.taskId ?? 0, twice(deletion.taskId ?? 0))).toMatchObject({
      outcome: 'succeeded',
    });
    expect(await fixture.inventory()).toEqual(ALONE);
  }, 60_000);

  test('repairs and changes by hand: each step twice equals once, and the instance is what it was', async () => {
    const { name, taskId } = await newCluster();
    await fixture.runTask(taskId);
    const made = await fixture.inventory();
    const { rows } = await database.pool.query<{ id: string; group_name: string; address: string }>(
      `select id, group_name, address from instances where deployment like 'service-instance_%' order by group_name`,
    );
    const [master, worker] = rows;
    if (!master || !worker) throw new Error('the cluster has no instances');
    const placeOf = async (id: string) => {
      const found = await database.pool.query(`select az, home_az, wanted, address from instances where id = $1`, [id]);
      return found.rows[0];
    };

    const repairOf = (id: string) => fixture.inTx((tx) => requestRepair(tx, id, 'VM is off'));
    const repairId = await repairOf(master.id);
    expect(await fixture.runTask(repairId ?? 0, twice(repairId ?? 0))).toMatchObject({ outcome: 'succeeded' });

    const before = await placeOf(worker.id);
    const away = await repairOf(worker.id);
    await database.pool.query(`update tasks set input = '{"toAz": "az2"}' where id = $1`, [away]);
    expect(await fixture.runTask(away ?? 0, twice(away ?? 0))).toMatchObject({ outcome: 'succeeded' });
    expect(await placeOf(worker.id)).toEqual({ ...before, az: 'az2', home_az: before.az });
    const homeId = await fixture.inTx((tx) =>
      startTask(tx, { kind: 'move-home', subject: worker.id, description: 'Move worker/0 home' }, ADMIN),
    );
    expect(await fixture.runTask(homeId, twice(homeId))).toMatchObject({ outcome: 'succeeded' });
    expect(await placeOf(worker.id)).toEqual(before);

    for (const action of ['stop', 'start', 'restart', 'recreate', 'power-off', 'power-on'] as const) {
      const changed = await fixture.inTx((tx) => changeInstance(tx, { instance: worker.id, action }, ADMIN));
      const result = await fixture.runTask(changed.taskId, twice(changed.taskId));
      expect(result, action).toMatchObject({ outcome: 'succeeded' });
      expect((await placeOf(worker.id)).wanted, action).toBe(action === 'stop' ? 'stopped' : 'started');
    }
    expect(await fixture.inventory()).toEqual(made);
    await remove(name);
  }, 60_000);

  test('a failure at each step of a repair and a move in turn, then a retry: one VM in the end', async () => {
    const { name, taskId } = await newCluster();
    await fixture.runTask(taskId);
    const made = await fixture.inventory();
    const { rows } = await database.pool.query<{ id: string; group_name: string }>(
      `select id, group_name from instances where deployment like 'service-instance_%' order by group_name`,
    );
    for (const { id, group_name: group } of rows) {
      const repairId = (await fixture.inTx((tx) => requestRepair(tx, id, 'VM is off'))) ?? 0;
      if (group === 'worker')
        await database.pool.query(`update tasks set input = '{"toAz": "az2"}' where id = $1`, [repairId]);
      await failAtEach(repairId);
    }
    const [, worker] = rows;
    const homeId = await fixture.inTx((tx) =>
      startTask(tx, { kind: 'move-home', subject: worker?.id ?? '', description: 'Move worker/0 home' }, ADMIN),
    );
    await failAtEach(homeId);
    expect(await fixture.inventory()).toEqual(made);
    await remove(name);
  }, 60_000);

  test('a single master is not touched unless forced: its cluster would lose its API', async () => {
    const { name, taskId } = await newCluster();
    await fixture.runTask(taskId);
    const { rows } = await database.pool.query<{ id: string }>(
      `select id from instances where group_name = 'master' and deployment like 'service-instance_%'`,
    );
    const instance = rows[0]?.id ?? '';
    for (const action of ['stop', 'restart', 'recreate', 'power-off'] as const) {
      await expect(fixture.inTx((tx) => changeInstance(tx, { instance, action }, ADMIN))).rejects.toMatchObject({
        code: 'quorum_at_risk',
      });
    }
    const forced = await fixture.inTx((tx) => changeInstance(tx, { instance, action: 'restart', force: true }, ADMIN));
    await expect(
      fixture.inTx((tx) => changeInstance(tx, { instance, action: 'recreate', force: true }, ADMIN)),
    ).rejects.toMatchObject({ code: 'busy' });
    expect(await fixture.runTask(forced.taskId)).toMatchObject({ outcome: 'succeeded' });
    await remove(name);
  });

  test.each(['before', 'after'] as const)(
    'a failure %s each step in turn: deleting leaves no VM, disk, address or secret',
    async (moment) => {
      const { name, taskId } = await newCluster();
      const steps = await fixture.stepsOf(taskId);
      await fixture.runTask(taskId);
      await remove(name);
      expect(steps.length).toBeGreaterThan(10);
      for (const victim of steps) {
        const cluster = await newCluster();
        const result = await fixture.runTask(cluster.taskId, async (seq, run) => {
          if (seq === victim && moment === 'before') throw new Error('no');
          await run();
          if (seq === victim) throw new Error('no');
        });
        expect(result.outcome).toBe('failed');
        await remove(cluster.name);
        expect(await fixture.inventory(), `step ${victim}`).toEqual(ALONE);
      }
    },
    120_000,
  );

  test('a VM that was made and not recorded, because its director was killed in between, is deleted with the others', async () => {
    const { name, taskId } = await newCluster();
    await fixture.runTask(taskId);
    await database.pool.query(`update instances set vm_cid = null where group_name = 'worker'`);
    await remove(name);
    expect(await fixture.inventory()).toEqual(ALONE);
  });
});
