import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { stagedProducts } from '#db/schema/products.ts';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import { ensureAuthority } from '#server/certificates/authority.ts';
import { issueCertificate } from '#server/certificates/issue-certificate.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Vault } from '#server/platform/vault.ts';
import { configureForm, type FormInput } from './configure-form.ts';
import { listCredentials, revealCredential } from './credentials.ts';
import { generateFormCertificate } from './generate-form-certificate.ts';
import { listProducts } from './list-products.ts';
import { ANA, JONAS, stageBuiltIn, stageEveryType, useStateFolder } from './product-fixture.ts';
import { readForm } from './read-form.ts';

const { pool } = useTestDatabase();
const state = useStateFolder();
let vault: Vault;
let director: string;
let service: string;
let every: string;

const run = <T>(fn: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(pool, fn);
const save = (input: FormInput, actor = ANA): Promise<{ version: number }> =>
  run((tx) => configureForm(tx, vault, input, actor));
const refusal = async (promise: Promise<unknown>): Promise<TesseraError> => {
  const error = await promise.then(
    () => new Error('nothing was refused'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof TesseraError) return error;
  throw error;
};
const pairFor = async (names: string[]): Promise<{ cert_pem: string; private_key_pem: string }> => {
  const root = await run((tx) => ensureAuthority(tx, vault, 'root'));
  const made = await issueCertificate(root, {
    commonName: names[0] ?? '',
    alternativeNames: names,
    usages: ['server_auth'],
    days: 30,
    now: new Date(),
  });
  return { cert_pem: made.certificatePem, private_key_pem: made.privateKeyPem };
};

beforeAll(async () => {
  ({ vault, director, service } = await stageBuiltIn(pool, state));
  every = await stageEveryType(pool, vault, state);
});

describe('a fresh dashboard', () => {
  test('has the director complete and the Container Service waiting for host name and certificate only', async () => {
    const tiles = await run(listProducts);
    expect(tiles.map((tile) => [tile.slug, tile.state])).toEqual([
      ['p-bosh', 'ready'],
      ['pivotal-container-service', 'not_configured'],
      ['every-type', 'not_configured'],
    ]);
    expect(tiles[1]?.reasons).toEqual([
      {
        message: 'Certificate to secure the API: fill it in',
        form: 'pks_api',
        property: '.pivotal-container-service.pks_tls',
      },
      { message: 'API Hostname (FQDN): fill it in', form: 'pks_api', property: '.properties.pks_api_hostname' },
    ]);
    expect(tiles[1]?.formsComplete).toBe((tiles[1]?.forms.length ?? 0) - 1);
  });

  test('the plan of a new user is on, with all AZs of the director', async () => {
    const view = await run((tx) => readForm(tx, { guid: service, form: 'plan1' }));
    expect(view.values['.properties.plan1_selector']).toBe('Plan Active');
    expect(view.values['.properties.plan1_selector.active.worker_az_placement']).toEqual(['az1', 'az2', 'az3']);
    expect(view.values['.properties.plan1_selector.active.worker_instances']).toBe(2);
    expect(view.choices.vmTypes[1]).toEqual({ name: 'small', label: 'small (1 CPU, 1 GB memory, 16 GB disk)' });
    const plan2 = await run((tx) => readForm(tx, { guid: service, form: 'plan2' }));
    expect(plan2.values['.properties.plan2_selector']).toBe('Plan Inactive');
    expect(plan2.values['.properties.plan2_selector.active.name']).toBe('medium');
  });
});

describe('saving a form', () => {
  test('wrong values are refused at their fields and nothing is stored', async () => {
    const [before] = await run((tx) => tx.db.select().from(stagedProducts).where(sql`guid = ${service}`));
    const error = await refusal(
      save({
        guid: service,
        form: 'pks_api',
        values: { '.properties.pks_api_hostname': 'API example', '.properties.worker_max_in_flight': 0 },
      }),
    );
    expect(error.code).toBe('invalid_input');
    expect(error.fields).toEqual({
      '.properties.pks_api_hostname': 'API Hostname (FQDN): must not contain spaces: remove them',
      '.properties.worker_max_in_flight': 'Worker VM Max in Flight: must be at least 1',
    });
    const [after] = await run((tx) => tx.db.select().from(stagedProducts).where(sql`guid = ${service}`));
    expect(after).toEqual(before);
  });

  test.each([
    [{ '.properties.nothing': 1 }, 'The form PKS API has no field .properties.nothing. Take it out.'],
    [
      { '.properties.pks_api_hostname': '((/products/x/y))' },
      'API Hostname (FQDN): must not hold a ((reference)): type the value itself',
    ],
    [
      { '.pivotal-container-service.pks_tls': { cert_pem: 'x', private_key_pem: 'x' } },
      'Certificate to secure the API: the certificate PEM must be in PEM form, from -----BEGIN to -----END',
    ],
    [
      { '.pivotal-container-service.pks_tls': 'x' },
      'Certificate to secure the API: must have the parts cert_pem and private_key_pem',
    ],
  ])('%j is refused', async (values, sentence) => {
    expect((await refusal(save({ guid: service, form: 'pks_api', values }))).message).toContain(sentence);
  });

  test('a reference to another secret cannot be smuggled in as a secret', async () => {
    const error = await refusal(
      save({ guid: every, form: 'all', values: { '.properties.a_secret': { secret: ' ((/tessera/ca/root))' } } }),
    );
    expect(error.message).toBe('Secret: the secret must not be a ((reference)): type the value itself');
    const exact = await refusal(
      save({ guid: every, form: 'all', values: { '.properties.a_secret': { secret: '((/tessera/ca/root))' } } }),
    );
    expect(exact.message).toBe('Secret: must not hold a ((reference)): type the value itself');
  });

  test('a key of another certificate is refused', async () => {
    const [one, other] = [await pairFor(['api.pks.example.com']), await pairFor(['api.pks.example.com'])];
    const values = { '.pivotal-container-service.pks_tls': { ...one, private_key_pem: other.private_key_pem } };
    const error = await refusal(save({ guid: service, form: 'pks_api', values }));
    expect(error.message).toBe('Certificate to secure the API: The private key does not belong to the certificate.');
    expect(Object.keys(error.fields)).toEqual(['.pivotal-container-service.pks_tls.private_key_pem']);
  });
});

describe('two operators save the same form', () => {
  test('the second is told both values and nothing is lost', async () => {
    const { version } = await run((tx) => readForm(tx, { guid: service, form: 'uaa' }));
    const reference = '.properties.uaa_pks_cli_access_token_lifetime';
    await save({ guid: service, form: 'uaa', version, values: { [reference]: 900 } }, JONAS);
    const error = await refusal(save({ guid: service, form: 'uaa', version, values: { [reference]: 1200 } }));
    expect(error.code).toBe('stale_version');
    expect(error.message).toBe(
      'Jonas Weber saved the form UAA while you edited it. PKS API Access Token Lifetime (in seconds): Jonas Weber saved "900"; you gave "1200". Reload to see their values, then save yours again.',
    );
    expect(Object.keys(error.fields)).toEqual([reference]);
    expect((await run((tx) => readForm(tx, { guid: service, form: 'uaa' }))).values[reference]).toBe(900);
    expect(await save({ guid: service, form: 'uaa', version: version + 1, values: { [reference]: 1200 } })).toEqual({
      version: version + 2,
    });
  });

  test('at the same moment: one wins, the other is refused', async () => {
    const { version } = await run((tx) => readForm(tx, { guid: service, form: 'uaa' }));
    const reference = '.properties.uaa_pks_cli_refresh_token_lifetime';
    const outcomes = await Promise.allSettled([
      save({ guid: service, form: 'uaa', version, values: { [reference]: 30_000 } }),
      save({ guid: service, form: 'uaa', version, values: { [reference]: 40_000 } }, JONAS),
    ]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('the same values are no conflict, and other forms are free', async () => {
    const { version } = await run((tx) => readForm(tx, { guid: service, form: 'networking' }));
    const values = { '.properties.network_selector.flannel.pod_network_cidr': '10.210.0.0/16' };
    await save({ guid: service, form: 'networking', version, values }, JONAS);
    await expect(save({ guid: service, form: 'networking', version, values })).resolves.toEqual({
      version: version + 2,
    });
    await expect(
      save({ guid: service, form: 'pks_api', version: 0, values: { '.properties.worker_max_in_flight': 2 } }),
    ).resolves.toEqual({ version: 1 });
  });
});

describe('Generate', () => {
  test('makes a certificate that fits, keeps its key from the browser, and completes the tile', async () => {
    await save({ guid: service, form: 'pks_api', values: { '.properties.pks_api_hostname': 'api.pks.example.com' } });
    const reference = '.pivotal-container-service.pks_tls';
    const made = await run((tx) =>
      generateFormCertificate(
        tx,
        vault,
        { guid: service, form: 'pks_api', reference, domains: ['*.pks.example.com'] },
        ANA,
      ),
    );
    expect(Object.keys(made).sort()).toEqual(['certificatePem', 'version']);
    const view = await run((tx) => readForm(tx, { guid: service, form: 'pks_api' }));
    expect(view.faults).toEqual([]);
    expect(view.values[reference]).toEqual({ cert_pem: made.certificatePem.trim(), private_key_pem: '' });
    const tiles = await run(listProducts);
    expect(tiles.find((tile) => tile.guid === service)?.state).toBe('ready');
  });

  test('for another name the form says what the certificate covers', async () => {
    await save({ guid: service, form: 'pks_api', values: { '.properties.pks_api_hostname': 'a.b.pks.example.com' } });
    const view = await run((tx) => readForm(tx, { guid: service, form: 'pks_api' }));
    expect(view.faults.map((fault) => fault.message)).toEqual([
      'Certificate to secure the API: the certificate does not cover a.b.pks.example.com; it covers *.pks.example.com. Generate one for this name or change the host name.',
    ]);
    await save({ guid: service, form: 'pks_api', values: { '.properties.pks_api_hostname': 'api.pks.example.com' } });
  });

  test('refuses a field that is no certificate', async () => {
    const input = {
      guid: service,
      form: 'pks_api',
      reference: '.properties.pks_api_hostname',
      domains: ['x.example.com'],
    };
    const error = await refusal(run((tx) => generateFormCertificate(tx, vault, input, ANA)));
    expect(error.message).toBe('The form PKS API has no certificate field .properties.pks_api_hostname.');
  });
});

describe('credentials', () => {
  test('generated ones are listed under their names, and a reveal is audited', async () => {
    const rows = await run((tx) => listCredentials(tx, { guid: service }));
    expect(rows.map((row) => row.name)).toEqual(['Pks Uaa Management Admin Client', 'Pks Tls']);
    const reference = '.properties.pks_uaa_management_admin_client';
    const revealed = await run((tx) => revealCredential(tx, vault, { guid: service, reference }, ANA));
    expect(revealed.value.secret).toMatch(/^[\w-]{32}$/);
    const { rows: audit } = await pool.query(
      `select actor, detail from audit where action = 'credential.revealed' order by id desc limit 1`,
    );
    expect(audit).toEqual([{ actor: 'Ana Ruiz', detail: { slug: 'pivotal-container-service', reference } }]);
  });

  test('a credential that is not there is not found', async () => {
    const error = await refusal(
      run((tx) => revealCredential(tx, vault, { guid: service, reference: '.properties.pks_api_hostname' }, ANA)),
    );
    expect(error.code).toBe('not_found');
  });
});

test('a field that is frozen after the first deploy keeps its value', async () => {
  await pool.query(
    `update staged_products set deployed_configuration = configuration, deployed_version = product_version where guid = $1`,
    [director],
  );
  const error = await refusal(
    save({ guid: director, form: 'iaas_configurations', values: { '.properties.iaas_selector': 'vSphere' } }),
  );
  expect(error.message).toBe('Infrastructure: cannot change after the first apply; it is Embedded. Put that back.');
  const view = await run((tx) => readForm(tx, { guid: director, form: 'iaas_configurations' }));
  expect(view.locked).toContain('.properties.iaas_selector');
});
