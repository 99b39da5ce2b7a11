import { afterAll, beforeAll, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { createCluster } from '#server/clusters/create-cluster.ts';
import { requestInstallation } from '#server/installations/request-installation.ts';
import { readTaskLog } from '#server/tasks/read-task-log.ts';
import { ADMIN, type Fixture, openInstaller } from './installer-fixture.ts';

const database = useTestDatabase();
let fixture: Fixture;

beforeAll(async () => {
  fixture = await openInstaller(database.pool, { bootMs: 200 });
  await fixture.buildStemcell();
  await fixture.configureService();
  const { taskId } = await fixture.inTx((tx) => requestInstallation(tx, { guids: 'all' }, ADMIN));
  expect(await fixture.runTask(taskId)).toMatchObject({ outcome: 'succeeded' });
}, 60_000);
afterAll(() => fixture.close());

test('a new VM that is on and silent is replaced, three times at most, and never runs beside its successor', async () => {
  // the simulated infrastructure lets agents of VMs with this word in their metadata stay silent
  const request = {
    name: 'fail-agent',
    planName: 'small',
    externalHostname: 'silent.test',
    port: 8443,
    workerInstances: 1,
  };
  const { taskId } = await fixture.inTx((tx) => createCluster(tx, request, ADMIN));
  const result = await fixture.runTask(taskId ?? 0);
  expect(result.outcome).toBe('failed');
  expect(String(result.errors[0])).toMatch(/is on and its agent did not answer in \d+ s after create/);
  const log = await fixture.inTx((tx) => readTaskLog(tx, taskId ?? 0, { after: 0, limit: 500 }));
  const replaced = log.filter(({ subject, line }) => subject === 'master/0' && line.includes('making another'));
  expect(replaced).toHaveLength(2);
  expect((await fixture.inventory()).vms).toEqual(['pivotal-container-service/0']);
}, 60_000);
