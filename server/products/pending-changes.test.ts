import { beforeAll, describe, expect, test } from 'vitest';
import { deployments, instances } from '#db/schema/deployments.ts';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import type { PendingChange } from '#model/installation.ts';
import type { ProductTile } from '#model/product.ts';
import { newUuid } from '#server/platform/ids.ts';
import type { Vault } from '#server/platform/vault.ts';
import { configureForm } from './configure-form.ts';
import { revealCredential } from './credentials.ts';
import { forgetUnusedSecrets } from './forget-secrets.ts';
import { generateFormCertificate } from './generate-form-certificate.ts';
import { listPlans } from './list-plans.ts';
import { listProducts } from './list-products.ts';
import { pendingChanges } from './pending-changes.ts';
import { ANA, SUBNET, stageBuiltIn, stageEveryType, useStateFolder } from './product-fixture.ts';
import { readCloudConfig } from './read-cloud-config.ts';
import { readForm } from './read-form.ts';
import { revertChanges } from './revert-changes.ts';
import { stageProduct } from './stage-product.ts';
import { unstageProduct } from './unstage-product.ts';

const { pool } = useTestDatabase();
const state = useStateFolder();
let vault: Vault;
let director: string;
let service: string;

const run = <T>(fn: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(pool, fn);
const save = (form: string, values: Record<string, unknown>, guid = service) =>
  run((tx) => configureForm(tx, vault, { guid, form, values }, ANA));
const changeOf = async (guid: string): Promise<PendingChange | undefined> =>
  (await run((tx) => pendingChanges(tx))).find((change) => change.guid === guid);
const tileOf = async (guid: string): Promise<ProductTile | undefined> =>
  (await run(listProducts)).find((tile) => tile.guid === guid);
/** What the last step of an apply writes. */
const apply = (guid: string) =>
  pool.query(
    `update staged_products set deployed_version = product_version, deployed_configuration = configuration, deployed_at = now(),
     deployed_by = 'Ana Ruiz', failed_installation_id = null where guid = $1`,
    [guid],
  );

beforeAll(async () => {
  ({ vault, director, service } = await stageBuiltIn(pool, state));
});

describe('from nothing to green', () => {
  test('before the first apply there is neither cloud config nor plan', async () => {
    await expect(run(readCloudConfig)).rejects.toMatchObject({
      code: 'not_configured',
      message: 'The BOSH Director is not applied yet. Apply its tile first.',
    });
    await expect(run(listPlans)).rejects.toMatchObject({ code: 'not_configured' });
  });

  test('what stops the apply is listed with its form; the director is free to go', async () => {
    expect(await changeOf(director)).toMatchObject({
      action: 'install',
      fromVersion: null,
      toVersion: '1.0.0',
      errors: [],
    });
    expect((await changeOf(service))?.errors.map((error) => [error.form, error.property])).toEqual([
      ['pks_api', '.pivotal-container-service.pks_tls'],
      ['pks_api', '.properties.pks_api_hostname'],
    ]);
  });

  test('the review shows what the operator set, secrets as changed, VMs from the planner, errands', async () => {
    await save('pks_api', { '.properties.pks_api_hostname': 'api.pks.example.com' });
    const input = {
      guid: service,
      form: 'pks_api',
      reference: '.pivotal-container-service.pks_tls',
      domains: ['api.pks.example.com'],
    };
    await run((tx) => generateFormCertificate(tx, vault, input, ANA));
    const vms = { create: ['pivotal-container-service/0'], update: [], recreate: [], delete: [] };
    const changes = await run((tx) => pendingChanges(tx, { vmDiff: async () => vms }));
    const change = changes.find((candidate) => candidate.guid === service);
    expect(change).toMatchObject({
      action: 'install',
      errors: [],
      vms,
      warnings: ['Stemcell trixie/1.36.3 is not built yet (not begun). Apply waits for it.'],
    });
    expect(change?.properties).toEqual([
      {
        property: '.pivotal-container-service.pks_tls',
        label: 'Certificate to secure the API',
        before: null,
        after: null,
        secret: true,
      },
      {
        property: '.properties.pks_api_hostname',
        label: 'API Hostname (FQDN)',
        before: null,
        after: 'api.pks.example.com',
        secret: false,
      },
    ]);
    expect(change?.errands.map((errand) => [errand.name, errand.on])).toEqual([['smoke-tests', true]]);
  });

  test('applied and healthy is green, with nothing pending; one instance down is not', async () => {
    await apply(director);
    await apply(service);
    expect(await run((tx) => pendingChanges(tx))).toEqual([]);
    await run(async (tx) => {
      await tx.db.insert(deployments).values({ name: service, productGuid: service, manifest: {} });
      await tx.db.insert(instances).values({
        id: newUuid(),
        deployment: service,
        groupName: 'pivotal-container-service',
        index: 0,
        az: 'az1',
        network: 'default',
        address: '10.80.0.2',
        vmType: 'micro',
        stemcell: 'trixie/1.36.3',
        jobState: 'running',
      });
    });
    expect(await tileOf(service)).toMatchObject({
      state: 'installed',
      reasons: [],
      instances: { healthy: 1, total: 1 },
      pendingCount: 0,
      installedVersion: '1.0.0',
    });
    await pool.query(`update instances set job_state = 'failing'`);
    expect(await tileOf(service)).toMatchObject({
      state: 'attention',
      reasons: [
        { message: '0 of 1 instances are healthy; down: pivotal-container-service/0.', form: null, property: null },
      ],
    });
    await pool.query(`update instances set job_state = 'running'`);
  });

  test('plans and cloud config are those of the applied forms, whatever is staged', async () => {
    await save('plan1', { '.properties.plan1_selector.active.worker_instances': 7 });
    expect(await run(listPlans)).toEqual([
      {
        id: 'plan1',
        name: 'small',
        description: '1 master and 2 workers for trying things out',
        masterInstances: 1,
        masterVmType: 'small',
        masterPersistentDisk: 10_240,
        masterAzs: ['az1', 'az2', 'az3'],
        maxWorkerInstances: 50,
        workerInstances: 2,
        workerVmType: 'small',
        workerAzs: ['az1', 'az2', 'az3'],
        allowPrivileged: false,
        addonsSpec: '',
      },
    ]);
    const cloudConfig = await run(readCloudConfig);
    expect(cloudConfig.networks).toEqual([
      {
        name: 'default',
        type: 'manual',
        subnets: [
          {
            range: SUBNET.cidr,
            gateway: SUBNET.gateway,
            reserved: [],
            dns: [],
            azs: ['az1', 'az2', 'az3'],
            cloud_properties: {},
          },
        ],
      },
    ]);
    expect(cloudConfig.vm_types.map((type) => [type.name, type.ram])).toEqual([
      ['micro', 512],
      ['small', 1024],
      ['medium', 2048],
      ['large', 4096],
    ]);
    await apply(service);
    expect((await run(listPlans))[0]?.workerInstances).toBe(7);
  });
});

describe('changes after the first apply', () => {
  test('are shown one property at a time, before and after', async () => {
    await save('plan2', { '.properties.plan2_selector': 'Plan Active' });
    await save('network_and_azs', { 'network_and_azs.other_availability_zones': ['az1', 'az2'] });
    await save('resource_config', { 'resource_config.pivotal-container-service.instances': 2 });
    await save('errands', { 'errands.smoke-tests.post_deploy_state': 'false' });
    const change = await changeOf(service);
    expect(change?.action).toBe('update');
    expect(change?.properties.map(({ label, before, after }) => [label, before, after])).toEqual([
      ['Balance other jobs in', 'az1, az2, az3', 'az1, az2'],
      ['Plan 2', 'Inactive', 'Active'],
      ['Run smoke tests (after deploying)', 'Default (On)', 'Off'],
      ['API VM: instances', '1', '2'],
    ]);
    expect(change?.errands[0]).toEqual({ name: 'smoke-tests', label: 'Run smoke tests', on: false });
    expect((await tileOf(service))?.forms.filter((form) => form.staged).map((form) => form.name)).toEqual([
      'network_and_azs',
      'plan2',
      'errands',
      'resource_config',
    ]);
  });

  test('revert puts all of them back, secrets included', async () => {
    const reference = '.pivotal-container-service.pks_tls';
    const before = await run((tx) => revealCredential(tx, vault, { guid: service, reference }, ANA));
    await run((tx) =>
      generateFormCertificate(
        tx,
        vault,
        { guid: service, form: 'pks_api', reference, domains: ['api.pks.example.com'] },
        ANA,
      ),
    );
    expect((await changeOf(service))?.properties.find((property) => property.property === reference)).toMatchObject({
      secret: true,
      before: null,
      after: null,
    });
    const { version } = await run((tx) => readForm(tx, { guid: service, form: 'pks_api' }));
    await run((tx) => revertChanges(tx, vault, {}, ANA));
    expect(await run((tx) => pendingChanges(tx))).toEqual([]);
    expect(await run((tx) => revealCredential(tx, vault, { guid: service, reference }, ANA))).toEqual(before);
    await expect(
      run((tx) =>
        configureForm(
          tx,
          vault,
          { guid: service, form: 'pks_api', version, values: { '.properties.pks_api_hostname': 'x.example.com' } },
          ANA,
        ),
      ),
    ).rejects.toMatchObject({
      code: 'stale_version',
    });
  });

  test('a failed apply keeps its changes listed and turns the tile red', async () => {
    await pool.query(`update staged_products set failed_installation_id = 7 where guid = $1`, [service]);
    expect(await changeOf(service)).toMatchObject({ action: 'update', properties: [] });
    expect(await tileOf(service)).toMatchObject({ state: 'failed', installationId: 7 });
    await apply(service);
  });

  test('secrets that nothing uses any more leave the vault, those in use stay', async () => {
    const names = async (): Promise<number> =>
      Number((await pool.query(`select count(*) from secrets where name like '/products/${service}/%'`)).rows[0].count);
    const [before] = [await names()];
    expect(await run((tx) => forgetUnusedSecrets(tx, service))).toBe(1);
    expect(await names()).toBe(before - 1);
    const reference = '.pivotal-container-service.pks_tls';
    await expect(run((tx) => revealCredential(tx, vault, { guid: service, reference }, ANA))).resolves.toMatchObject({
      type: 'rsa_cert_credentials',
    });
  });
});

describe('leaving the dashboard', () => {
  test('a product never applied goes at once, with its secrets', async () => {
    const guid = await stageEveryType(pool, vault, state);
    expect(await run((tx) => unstageProduct(tx, vault, { guid }, ANA))).toEqual({ removed: true });
    expect((await pool.query(`select name from secrets where name like '/products/${guid}/%'`)).rows).toEqual([]);
  });

  test('an applied one waits for the next apply, cannot be configured, and can be kept by revert', async () => {
    expect(await run((tx) => unstageProduct(tx, vault, { guid: service }, ANA))).toEqual({ removed: false });
    expect(await changeOf(service)).toMatchObject({
      action: 'delete',
      errors: [],
      errands: [{ name: 'delete-all-clusters', on: true }],
    });
    expect(await tileOf(service)).toMatchObject({ state: 'deleting' });
    await expect(save('uaa', {})).rejects.toMatchObject({ code: 'conflict' });
    await run((tx) => revertChanges(tx, vault, { guid: service }, ANA));
    expect(await tileOf(service)).toMatchObject({ state: 'installed' });
  });

  test('the director stays', async () => {
    await expect(run((tx) => unstageProduct(tx, vault, { guid: director }, ANA))).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  test('staging the staged version again changes nothing', async () => {
    const before = await pool.query('select * from staged_products order by guid');
    expect(
      await run((tx) => stageProduct(tx, vault, { slug: 'pivotal-container-service', productVersion: '1.0.0' }, ANA)),
    ).toEqual({ guid: service });
    expect((await pool.query('select * from staged_products order by guid')).rows).toEqual(before.rows);
  });
});
