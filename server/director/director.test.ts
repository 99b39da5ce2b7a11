import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import type { TaskView } from '#model/task.ts';
import { createCluster } from '#server/clusters/create-cluster.ts';
import { deleteCluster } from '#server/clusters/delete-cluster.ts';
import { listInstances } from '#server/deployments/list-instances.ts';
import { setUp } from '#server/identity/set-up.ts';
import { requestInstallation } from '#server/installations/request-installation.ts';
import { systemClock } from '#server/platform/clock.ts';
import { Vault } from '#server/platform/vault.ts';
import { configureForm } from '#server/products/configure-form.ts';
import { generateFormCertificate } from '#server/products/generate-form-certificate.ts';
import { findStaged } from '#server/products/product-row.ts';
import { stageProduct } from '#server/products/stage-product.ts';
import { cancelTask } from '#server/tasks/cancel-task.ts';
import { readTask } from '#server/tasks/read-task.ts';
import { retryTask } from '#server/tasks/retry-task.ts';
import { createTestInstallation, type DirectorProcess, type TestInstallation } from './director-process.ts';

/** Real director processes on simulated infrastructure: what must survive their death. */
const database = useTestDatabase();
const admin: Actor = { name: 'admin', userId: null, groups: ['opsman.admin', 'pks.clusters.admin'] };
const SERVICE = 'pivotal-container-service';
const SOON = { timeout: 30_000, interval: 50 };

let installation: TestInstallation;
let first: DirectorProcess;
let vault: Vault;

const inTx = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(database.pool, work);
const task = (id: number): Promise<TaskView> => inTx((tx) => readTask(tx, id));

async function ended(id: number): Promise<TaskView> {
  await vi.waitFor(async () => expect((await task(id)).finishedAt).not.toBeNull(), SOON);
  return task(id);
}

const cluster = (name: string, workerInstances = 2) =>
  inTx((tx) =>
    createCluster(
      tx,
      { name, planName: 'small', externalHostname: `${name}.test`, port: 8443, workerInstances },
      admin,
    ),
  );

beforeAll(async () => {
  installation = await createTestInstallation(database.url);
  vault = new Vault(installation.state, 'file');
  first = installation.startDirector();
  await inTx((tx) =>
    setUp(tx, vault, { userName: 'admin', password: 'known-password-1', passphrase: 'known-passphrase-1' }),
  );
  await vi.waitFor(async () => expect(await inTx((tx) => findStaged(tx, 'p-bosh'))).not.toBeNull(), SOON);
  const { guid } = await inTx((tx) => stageProduct(tx, vault, { slug: SERVICE, productVersion: '1.0.0' }, admin));
  const values = { '.properties.pks_api_hostname': 'api.pks.test' };
  await inTx((tx) => configureForm(tx, vault, { guid, form: 'pks_api', values }, admin));
  const certificate = { guid, form: 'pks_api', reference: `.${SERVICE}.pks_tls`, domains: ['*.pks.test'] };
  await inTx((tx) => generateFormCertificate(tx, vault, certificate, admin));
}, 60_000);

afterAll(() => installation.remove());

test('an apply while one runs is refused by name; the run deploys director and Container Service', async () => {
  const { taskId, installationId } = await inTx((tx) => requestInstallation(tx, { guids: 'all' }, admin));
  await expect(inTx((tx) => requestInstallation(tx, { guids: 'all' }, admin))).rejects.toMatchObject({
    code: 'busy',
    message: `Installation ${installationId} by admin is running. Wait until it ends, or cancel it, then apply again.`,
  });
  expect(await ended(taskId)).toMatchObject({ state: 'succeeded', error: null });
  await expect(inTx((tx) => requestInstallation(tx, { guids: 'all' }, admin))).rejects.toMatchObject({
    code: 'conflict',
  });
});

test('a killed director: the waiting one takes over within 10 s and the run goes on at its next step', async () => {
  const second = installation.startDirector();
  await vi.waitFor(() => expect(second.output()).toContain('another director holds the slot; waiting'), SOON);
  const { taskId, uuid } = await cluster('slow-create-one');
  const id = taskId ?? 0;
  await vi.waitFor(async () => {
    const steps = (await task(id)).stages.flatMap((stage) => stage.lanes.flatMap((lane) => lane.steps));
    expect(steps.some((step) => step.kind === 'create-vm' && step.state === 'running')).toBe(true);
  }, SOON);
  const before = await task(id);
  const killedAt = systemClock.monotonic();
  await first.kill();
  await vi.waitFor(() => expect(second.output()).toContain('director slot taken'), SOON);
  expect(systemClock.monotonic() - killedAt).toBeLessThan(10_000);
  const after = await ended(id);
  expect(after).toMatchObject({ state: 'succeeded', attempt: 1 });
  const done = (view: TaskView) =>
    view.stages.flatMap((stage) => stage.lanes.flatMap((lane) => lane.steps)).filter((step) => step.state === 'done');
  for (const step of done(before)) {
    expect(done(after).find((again) => again.seq === step.seq)?.finishedAt, step.title).toBe(step.finishedAt);
  }
  const instances = await inTx((tx) => listInstances(tx, { deployment: `service-instance_${uuid}` }));
  expect(new Set(instances.map((instance) => instance.vmCid)).size).toBe(3);
  first = second;
}, 60_000);

test('a failed step says on what and why; retry goes on from it and repeats nothing that is done', async () => {
  const { taskId } = await cluster('fail-errand-one');
  const failed = await ended(taskId ?? 0);
  expect(failed.state).toBe('failed');
  expect(failed.error).toMatch(
    /^run errand apply-addons on master\/0: Errand apply-addons on master\/0 ended with exit 1/,
  );
  await inTx((tx) => retryTask(tx, failed.id, admin));
  const again = await ended(failed.id);
  expect(again).toMatchObject({ state: 'failed', attempt: 2 });
  const created = (view: TaskView) => view.stages.find((stage) => stage.title === 'Create 3 VMs')?.finishedAt;
  expect(created(again)).toBe(created(failed));
  const gone = await inTx((tx) => deleteCluster(tx, 'fail_errand_one', admin));
  expect((await ended(gone.taskId ?? 0)).state).toBe('succeeded');
}, 60_000);

test('a cancelled run stops at a safe point and says so; deleting leaves nothing behind', async () => {
  const { taskId, uuid } = await cluster('slow-create-two', 1);
  const id = taskId ?? 0;
  await vi.waitFor(async () => expect((await task(id)).state).toBe('running'), SOON);
  await inTx((tx) => cancelTask(tx, id, admin));
  expect(await ended(id)).toMatchObject({ state: 'cancelled' });
  const gone = await inTx((tx) => deleteCluster(tx, 'slow-create-two', admin));
  expect((await ended(gone.taskId ?? 0)).state).toBe('succeeded');
  const left = await database.pool.query(
    `select (select count(*) from instances where deployment like '%' || $1)::int as instances,
            (select count(*) from ip_addresses where owner like '%' || $1 || '%')::int as addresses,
            (select count(*) from secrets where name like '%' || $1 || '%')::int as secrets`,
    [uuid],
  );
  expect(left.rows[0]).toEqual({ instances: 0, addresses: 0, secrets: 0 });
  expect(readFileSync(join(installation.state, 'simulated.json'), 'utf8')).not.toContain(uuid);
}, 60_000);

test('known secrets are found nowhere but in the vault: not in tables, engine state, events or logs', async () => {
  const { rows: tables } = await database.pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  expect(tables.length).toBeGreaterThan(30);
  const { privateKey, adminKey } = await knownSecrets();
  for (const { name } of tables) {
    for (const secret of ['known-password-1', 'known-passphrase-1', privateKey, adminKey]) {
      const { rows } = await database.pool.query<{ found: string }>(
        `select count(*)::text as found from ${name} t where position($1 in t::text) > 0`,
        [secret],
      );
      expect(rows[0]?.found, name).toBe('0');
    }
  }
  for (const secret of ['known-password-1', 'known-passphrase-1', privateKey, adminKey])
    expect(first.output()).not.toContain(secret);
});

/** One line from the middle of two generated private keys. */
async function knownSecrets(): Promise<{ privateKey: string; adminKey: string }> {
  const staged = await inTx((tx) => findStaged(tx, SERVICE));
  const names = await database.pool.query<{ name: string }>(
    `select name from secrets where name like '/products/' || $1 || '/%' or name like '%/admin'`,
    [staged?.guid],
  );
  const lineOf = async (part: string): Promise<string> => {
    const name = names.rows.find((row) => row.name.includes(part))?.name ?? '';
    const value = await inTx((tx) => vault.read(tx, name));
    const [, key = ''] = value.split('PRIVATE KEY-----', 2);
    const line = key.split(/\\n|\n/).find((text) => /^[A-Za-z0-9+/=]{40,}$/.test(text));
    if (!line) throw new Error(`no key line in ${name}`);
    return line;
  };
  return { privateKey: await lineOf('pks_tls'), adminKey: await lineOf('/admin') };
}
