import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { inTransaction } from '#db/transaction.ts';
import { stageTiles } from '#server/api/deployed-fixture.ts';
import { packProduct } from '#server/products/pack-product.ts';
import { FIXTURES } from '#server/products/product-fixture.ts';
import { useConsole } from './console-fixture.ts';

// products from their file to the run, in the order of an operator; one test builds on the one before
const { pool, vault, state, done, refused } = useConsole();
const SERVICE = 'pivotal-container-service';
const HOST = '.properties.pks_api_hostname';
const TLS = '.pivotal-container-service.pks_tls';
const EVERY_TYPE = join(state, 'every-type-1.0.0.tessera');

beforeAll(async () => {
  await done('set-up', '-u', 'admin', '-p', 'correct horse', '--passphrase', 'battery staple');
  await inTransaction(pool, (tx) => stageTiles(tx, vault));
  await packProduct({ folder: join(FIXTURES, 'every-type'), target: (name) => join(state, name) });
});

describe('product files', () => {
  test('one that nobody known signed is refused until it is accepted', async () => {
    expect(await refused('import-product', EVERY_TYPE)).toBe(
      'Nobody known signed every-type 1.0.0, so it was not imported. Where you trust it: --accept-unsigned',
    );
    expect(await done('products', 'available')).not.toContain('every-type');
    expect(await done('import-product', EVERY_TYPE, '--accept-unsigned')).toMatch(
      /^Product: +every-type 1\.0\.0\nDigest: +[0-9a-f]{64}\nSigned by: +nobody known\n[\s\S]+\nImported\. Put it on the dashboard with: tessera products add every-type$/,
    );
    expect(await done('products', 'available')).toMatch(
      /^Product +Version .*\nevery-type +1\.0\.0 +no +nobody +admin\n/,
    );
  });

  test('what is no product file is said', async () => {
    expect(await refused('import-product', '/nowhere')).toMatch(/^\/nowhere cannot be read\./);
    expect(await refused('import-product', join(state, 'hosts'))).toContain('it is no zip file');
  });

  test('products come to the dashboard and leave it', async () => {
    expect(await refused('products', 'add', 'nope')).toBe(
      'Product nope is not imported (imported: every-type, p-bosh, pivotal-container-service). Import it with: tessera import-product FILE',
    );
    expect(await refused('products', 'add', 'every-type', '--version', '2.0')).toMatch(
      /^every-type 2\.0 is not imported/,
    );
    expect(await done('products', 'add', 'every-type')).toBe(
      'every-type 1.0.0 is on the dashboard.\n  to complete: tessera form every-type all',
    );
    expect(await refused('products', 'remove', 'every-type')).toContain('give --non-interactive');
    expect(await done('products', 'remove', 'every-type', '--non-interactive')).toBe(
      'every-type and its values are deleted.',
    );
    expect(await refused('form', 'every-type')).toMatch(/^Product every-type is not on the dashboard/);
  });
});

describe('forms', () => {
  test('are listed and shown with what is to do', async () => {
    expect(await done('form', SERVICE)).toMatch(/^Form .*\n(.*\n)*pks_api +2 to do +no +- +PKS API\n/);
    expect(await done('form', SERVICE, 'pks_api')).toMatchInlineSnapshot(`
      "# PKS API (pks_api of pivotal-container-service), version 0, never saved
      # to do: Certificate to secure the API: fill it in
      # to do: API Hostname (FQDN): fill it in

      # Certificate to secure the API, required
      .pivotal-container-service.pks_tls: null
      # API Hostname (FQDN), required
      .properties.pks_api_hostname: null
      # Worker VM Max in Flight, required
      .properties.worker_max_in_flight: 4
      # Automatic retry on cluster update failure
      .properties.cluster_update_retry: false"
    `);
    expect(await refused('form', SERVICE, 'nope')).toMatch(
      /^Container Service has no form nope\. It has network_and_azs,/,
    );
    expect(await refused('form', SERVICE, '--set', 'a=1')).toBe(
      'Name the form to save: tessera form pivotal-container-service FORM',
    );
  });

  test('are saved from the command line, a bare word being a text', async () => {
    expect(await done('form', SERVICE, 'pks_api', '--set', `${HOST}=api.example.com`)).toBe(
      'Saved pks_api of pivotal-container-service, version 1.\n  to do: Certificate to secure the API: fill it in',
    );
    expect(await refused('form', SERVICE, 'pks_api', '--set', `${HOST}=["x"`)).toBe(`--set ${HOST}: ["x" is no JSON.`);
    expect(await refused('form', SERVICE, 'pks_api', '--set', HOST)).toContain('give REFERENCE=JSON');
    expect(await refused('form', SERVICE, 'pks_api', '--set', '.properties.nope=1')).toBe(
      'The form PKS API has no field .properties.nope. Take it out.',
    );
  });

  test('somebody else’s later values are not overwritten unseen', async () => {
    const sentence = await refused('form', SERVICE, 'pks_api', '--set', `${HOST}=b.example.com`, '--if-version', '9');
    expect(sentence).toContain('admin saved "api.example.com"; you gave "b.example.com"');
  });

  test('certificates are generated; their key is never shown', async () => {
    const made = await done('generate-certificate', SERVICE, 'pks_api', TLS, '*.example.com', 'api.example.com');
    expect(made).toMatch(
      /^Saved a certificate for \*\.example\.com, api\.example\.com as \.pivotal-container-service\.pks_tls:\n-----BEGIN CERTIFICATE-----\n[^-]+\n-----END CERTIFICATE-----$/,
    );
    expect(parse(await done('form', SERVICE, 'pks_api'))[TLS]).toEqual({
      cert_pem: expect.stringContaining('BEGIN CERTIFICATE'),
      private_key_pem: '***',
    });
    expect(await refused('generate-certificate', SERVICE, 'pks_api', HOST, 'a.b')).toContain('no certificate field');
  });

  test('a file of every type is saved, and what is shown then changes nothing when saved again', async () => {
    await done('products', 'add', 'every-type');
    const file = join(state, 'values.yml');
    const values = {
      '.properties.a_string': 'abc',
      '.properties.a_secret': { secret: 'first secret' },
      '.properties.an_integer': 5,
      '.properties.a_multi_select_options': ['x', 'y'],
      '.properties.a_selector': 'Rich Choice',
      '.properties.a_selector.rich.token': { secret: 'second secret' },
      '.properties.a_selector.rich.url': 'https://example.com',
      '.properties.a_collection': [{ name: 'one', password: { secret: 'third secret' } }],
      '.properties.a_simple_credentials': { identity: 'ana', password: 'fourth secret' },
      '.properties.a_vm_type_dropdown': 'automatic',
      '.properties.a_disk_type_dropdown': 'automatic',
    };
    writeFileSync(file, stringify(values));
    expect(await done('form', 'every-type', 'all', '--file', file)).toMatch(/^Saved all of every-type, version 1\.\n/);
    const shown = await done('form', 'every-type', 'all');
    expect(shown).not.toMatch(/(first|second|third|fourth) secret/);
    expect(parse(shown)).toMatchObject({
      ...values,
      '.properties.a_secret': { secret: '***' },
      '.properties.a_selector.rich.token': { secret: '***' },
      '.properties.a_collection': [{ name: 'one', password: { secret: '***' } }],
      '.properties.a_simple_credentials': { identity: 'ana', password: '***' },
    });
    writeFileSync(file, shown);
    await done('form', 'every-type', 'all', '--file', file);
    const { rows } = await pool.query(
      `select detail from audit where action = 'product.configured' order by id desc limit 1`,
    );
    expect(rows[0].detail).toMatchObject({ form: 'all', changed: [] });
    expect(await done('credentials', 'every-type', '.properties.a_simple_credentials', '--json')).toContain(
      'fourth secret',
    );
    writeFileSync(file, 'just text');
    expect(await refused('form', 'every-type', 'all', '--file', file)).toContain('give values by reference');
  });
});

test('credentials are listed, revealed whole or in part, and each reveal is in the change log', async () => {
  expect(await done('credentials', SERVICE)).toMatch(
    /^Job +Name +Type +Set +Reference\n(.*\n)*Container Service +Pks Uaa Management Admin Client +secret +<time> +\.properties\.pks_uaa_management_admin_client\n/,
  );
  expect(await done('credentials', SERVICE, '.properties.pks_uaa_management_admin_client')).toMatch(
    /^secret: +[\w-]{16,}$/,
  );
  expect(await done('credentials', SERVICE, TLS, '--field', 'private_key_pem')).toMatch(
    /^-----BEGIN PRIVATE KEY-----\n/,
  );
  expect(await refused('credentials', SERVICE, TLS, '--field', 'secret')).toContain(
    'It has cert_pem, private_key_pem.',
  );
  expect(await refused('credentials', SERVICE, '.properties.nope')).toContain('no credential .properties.nope');
  const { rows } = await pool.query(
    `select actor, detail->>'reference' as reference from audit where action = 'credential.revealed' order by id desc limit 2`,
  );
  expect(rows).toEqual([
    { actor: 'admin', reference: TLS },
    { actor: 'admin', reference: TLS },
  ]);
  expect(await done('audit')).toMatch(/^Deed +At +Who +Action +Subject\n\d+ +<time> +admin +credential\.revealed/);
});

describe('runs', () => {
  test('a product, and what is pending, can be dropped', async () => {
    expect(await done('revert', 'every-type', '--non-interactive')).toMatch(/^The changes of every-type are dropped/);
    expect(await done('pending-changes')).not.toContain('Every Type');
  });

  test('Apply changes takes chosen products and errands of this run', async () => {
    expect(await done('pending-changes')).toMatch(
      /install Container Service 1\.0\.0\n[\s\S]*\n {2}create VM pivotal-container-service\/0\n {2}errand smoke-tests: on/,
    );
    expect(await refused('apply-changes', '--product', 'nope')).toBe(
      'Product nope has no pending changes (pending: p-bosh, pivotal-container-service).',
    );
    expect(await refused('apply-changes', '--errand', 'smoke-tests')).toBe(
      '--errand smoke-tests: give NAME=on or NAME=off (errands of this run: smoke-tests).',
    );
    const products = ['--product', 'p-bosh', '--product', SERVICE];
    expect(await done('apply-changes', ...products, '--errand', 'smoke-tests=off', '--no-follow')).toBe(
      'Installation 1, task 1',
    );
    const { rows } = await pool.query(`select errands from installations`);
    expect(Object.values(rows[0].errands)).toEqual([{ 'smoke-tests': false }]);
    expect(await refused('apply-changes')).toMatch(/^Installation 1 by admin is running\./);
    expect(await done('revert', '--non-interactive')).toContain('an installation is running');
  });

  test('installations are listed, shown and followed', async () => {
    expect(await done('installations')).toMatch(
      /^Installation +State .*\n1 +queued +- +- +admin +install p-bosh 1\.0\.0, install pivotal-container-service 1\.0\.0$/,
    );
    await pool.query(`update tasks set state = 'failed', error = 'no space on the disk'`);
    expect(await done('installation', '1')).toMatch(
      /^Installation: +1\nProducts: +install p-bosh[\s\S]+State: +failed\n[\s\S]+Error: +no space on the disk$/,
    );
    expect(await refused('installation', '1', '--follow')).toContain('failed: no space on the disk');
    expect(await refused('installation', '9')).toBe('There is no installation 9.');
  });
});
