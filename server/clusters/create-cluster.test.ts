import { afterAll, beforeAll, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { requestInstallation } from '#server/installations/request-installation.ts';
import { ADMIN, type Fixture, openInstaller } from '#server/installer/installer-fixture.ts';
import { createCluster } from './create-cluster.ts';

const database = useTestDatabase();
let fixture: Fixture;

const request = (workerInstances: number) => ({
  name: 'large',
  planName: 'small',
  externalHostname: 'large.test',
  port: 8443,
  workerInstances,
});

beforeAll(async () => {
  fixture = await openInstaller(database.pool);
  await fixture.buildStemcell();
  await fixture.configureService();
  const { taskId } = await fixture.inTx((tx) => requestInstallation(tx, { guids: 'all' }, ADMIN));
  expect(await fixture.runTask(taskId)).toMatchObject({ outcome: 'succeeded' });
}, 60_000);
afterAll(() => fixture.close());

test("a cluster larger than the machine's memory is refused with the sums, before anything is made", async () => {
  await database.pool.query(
    `update settings set value = jsonb_set(value, '{memoryMib}', '8192') where key = 'infrastructure'`,
  );
  const before = await fixture.inventory();
  await expect(fixture.inTx((tx) => createCluster(tx, request(5), ADMIN))).rejects.toMatchObject({
    code: 'capacity',
    message:
      'Not enough memory: 1 × master small (1024 MiB) + 5 × worker small (1024 MiB) = 6144 MiB asked for, 512 MiB used by VMs, ' +
      '2048 MiB kept for the host; the machine has 8192 MiB, so 512 MiB are missing. Use fewer or smaller VMs, or delete some.',
  });
  expect(await fixture.inventory()).toEqual(before);
  const { rows } = await database.pool.query('select name from clusters');
  expect(rows).toEqual([]);
});

test('one worker fewer is one GiB less and fits', async () => {
  await expect(fixture.inTx((tx) => createCluster(tx, request(4), ADMIN))).resolves.toMatchObject({ name: 'large' });
});
