import { beforeAll, describe, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import { allFields } from '#model/form.ts';
import { ensureAuthority } from '#server/certificates/authority.ts';
import { issueCertificate } from '#server/certificates/issue-certificate.ts';
import type { Vault } from '#server/platform/vault.ts';
import { configureForm, type FormInput } from './configure-form.ts';
import { readProductSecret, revealCredential } from './credentials.ts';
import { ANA, stageBuiltIn, stageEveryType, useStateFolder } from './product-fixture.ts';
import { readForm } from './read-form.ts';

const { pool } = useTestDatabase();
const state = useStateFolder();
let vault: Vault;
let every: string;

const run = <T>(fn: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(pool, fn);
const save = (input: FormInput): Promise<{ version: number }> => run((tx) => configureForm(tx, vault, input, ANA));
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
  ({ vault } = await stageBuiltIn(pool, state));
  every = await stageEveryType(pool, vault, state);
});

describe('a form with a property of every type', () => {
  test('a property of every type comes back as it was sent, secrets blank', async () => {
    const values = {
      '.properties.a_string': 'abc',
      '.properties.a_text': ' two\r\nlines ',
      '.properties.a_secret': { secret: 'KNOWN-SECRET-1' },
      '.properties.an_integer': '5',
      '.properties.a_boolean': false,
      '.properties.a_dropdown_select': 'two',
      '.properties.a_multi_select_options': ['y'],
      '.properties.a_selector': 'rich',
      '.properties.a_selector.rich.token': { secret: 'KNOWN-SECRET-2' },
      '.properties.a_selector.rich.url': 'https://example.com',
      '.properties.a_collection': [
        { name: 'first', password: { secret: 'KNOWN-SECRET-3' } },
        { name: 'second', password: { secret: 'KNOWN-SECRET-4' } },
      ],
      '.properties.a_simple_credentials': { identity: 'ana', password: 'KNOWN-SECRET-5' },
      '.properties.a_rsa_cert_credentials': await pairFor(['x.example.com']),
      '.properties.a_ca_certificate': (await pairFor(['ca.example.com'])).cert_pem,
      '.properties.a_network_address': 'ntp.example.com',
      '.properties.a_network_address_list': '10.0.0.1, 10.0.0.2',
      '.properties.an_ip_address': '10.0.0.1',
      '.properties.an_ip_ranges': '10.0.0.1-10.0.0.9',
      '.properties.a_domain': ' api.example.com ',
      '.properties.a_wildcard_domain': '*.example.com',
      '.properties.a_port': 8443,
      '.properties.an_http_url': 'http://example.com',
      '.properties.an_ldap_url': 'ldap://example.com',
      '.properties.an_email': 'a@example.com',
      '.properties.a_smtp_authentication': 'plain',
      '.properties.a_string_list': ['a', 'b'],
      '.properties.a_vm_type_dropdown': 'small',
      '.properties.a_disk_type_dropdown': '10240',
      '.properties.a_service_network_az_multi_select': ['az1', 'az3'],
      '.properties.a_service_network_az_single_select': 'az2',
      '.properties.a_stemcell_selector': 'trixie/1.36.3',
      '.properties.a_network_dropdown': 'default',
      '.echo.job_secret': { secret: 'KNOWN-SECRET-6' },
    };
    await save({ guid: every, form: 'all', values, version: 0 });
    const view = await run((tx) => readForm(tx, { guid: every, form: 'all' }));
    expect(view.faults).toEqual([]);
    expect(view.version).toBe(1);
    expect(view.changedBy).toBe('Ana Ruiz');
    expect(view.values).toMatchObject({
      '.properties.a_text': 'two\nlines',
      '.properties.an_integer': 5,
      '.properties.a_selector': 'Rich Choice',
      '.properties.a_domain': 'api.example.com',
      '.properties.a_string_list': 'a,b',
      '.properties.a_network_address_list': '10.0.0.1,10.0.0.2',
      '.properties.a_secret': { secret: '' },
      '.properties.a_simple_credentials': { identity: 'ana', password: '' },
      '.properties.a_collection': [
        { name: 'first', password: { secret: '' } },
        { name: 'second', password: { secret: '' } },
      ],
    });
    expect(Object.keys(view.secrets).sort()).toEqual([
      '.echo.job_secret.secret',
      '.properties.a_collection[0].password.secret',
      '.properties.a_collection[1].password.secret',
      '.properties.a_rsa_cert_credentials.private_key_pem',
      '.properties.a_secret.secret',
      '.properties.a_selector.rich.token.secret',
      '.properties.a_simple_credentials.password',
    ]);
    expect(allFields(view.form).length).toBe(Object.keys(view.defaults).length);
  });

  test('blank secrets keep theirs, in records too, and new ones replace', async () => {
    const before = await run((tx) => readForm(tx, { guid: every, form: 'all' }));
    const records = before.values['.properties.a_collection'];
    if (!Array.isArray(records)) throw new Error('no records');
    const [, second] = records;
    await save({
      guid: every,
      form: 'all',
      values: {
        '.properties.a_secret': { secret: '' },
        '.properties.a_simple_credentials': { identity: 'eve', password: '***' },
        '.properties.a_collection': [{ ...second, name: 'renamed' }],
        '.echo.job_secret': { secret: 'KNOWN-SECRET-7' },
      },
    });
    const secretOf = async (reference: string): Promise<unknown> =>
      (await run((tx) => revealCredential(tx, vault, { guid: every, reference }, ANA))).value;
    expect(await secretOf('.properties.a_secret')).toEqual({ secret: 'KNOWN-SECRET-1' });
    expect(await secretOf('.properties.a_simple_credentials')).toEqual({ identity: 'eve', password: 'KNOWN-SECRET-5' });
    expect(await secretOf('.echo.job_secret')).toEqual({ secret: 'KNOWN-SECRET-7' });
    const after = await run((tx) => readForm(tx, { guid: every, form: 'all' }));
    expect(after.values['.properties.a_collection']).toMatchObject([{ name: 'renamed' }]);
    expect(Object.keys(after.secrets)).toContain('.properties.a_collection[0].password.secret');
  });

  test('no known secret lies in any table but sealed in the vault', async () => {
    const { rows: tables } = await pool.query<{ name: string }>(
      `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
       where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
    );
    expect(tables.length).toBeGreaterThan(15);
    const generated = await run((tx) =>
      readProductSecret(tx, vault, 'pivotal-container-service', '.properties.pks_uaa_management_admin_client'),
    );
    const needles = ['KNOWN-SECRET', generated.secret ?? 'missing', 'PRIVATE KEY'];
    for (const { name } of tables) {
      for (const needle of needles) {
        const { rows } = await pool.query<{ found: string }>(
          `select t::text as found from ${name} t where t::text like $1 limit 1`,
          [`%${needle}%`],
        );
        expect(rows, `${needle} in ${name}`).toEqual([]);
      }
    }
  });
});
