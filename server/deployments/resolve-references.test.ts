import { describe, expect, test } from 'vitest';
import { TesseraError } from '#server/platform/error.ts';
import { referencesOf, resolveReferences } from './resolve-references.ts';

const VALUES: Record<string, string | Record<string, string>> = {
  password: 's3cret',
  'tls-api': { ca: 'CA', certificate: 'CERT', private_key: 'KEY' },
  '/products/p-0f/tls/private_key_pem/ab12': 'FORM KEY',
  '/products/p-0f/pair': '{"identity":"admin","password":"pw"}',
};

const read = async (name: string): Promise<string | Record<string, string>> => {
  const value = VALUES[name];
  if (value === undefined) throw new TesseraError('not_found', `No secret is named ${name}.`);
  return value;
};

describe('references in properties', () => {
  test.each<[string, unknown, unknown]>([
    ['plain text stays', 'a (b) ((c d))', 'a (b) ((c d))'],
    ['numbers and null stay', [1, null, true], [1, null, true]],
    ['a whole password', '((password))', 's3cret'],
    ['a password inside a text', 'user:((password))@host', 'user:s3cret@host'],
    ['a whole certificate keeps its fields', { tls: '((tls-api))' }, { tls: VALUES['tls-api'] }],
    ['one field', [{ key: '((tls-api.private_key))' }], [{ key: 'KEY' }]],
    ['an absolute name', '((/products/p-0f/tls/private_key_pem/ab12))', 'FORM KEY'],
    ['a field of a value stored as JSON', '((/products/p-0f/pair.identity))', 'admin'],
  ])('%s', async (_what, value, expected) => {
    expect(await resolveReferences(value, read, 'job etcd')).toEqual(expected);
  });

  test('a missing variable is named with its place', async () => {
    await expect(resolveReferences({ tls: { ca: '((gone.ca))' } }, read, 'etcd.properties')).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('etcd.properties.tls.ca: variable gone does not exist'),
    });
  });

  test('a missing field is named; a certificate is no text; no value is in the sentence', async () => {
    await expect(resolveReferences('((tls-api.pem))', read, 'p')).rejects.toThrow(
      'p: variable tls-api has no field pem',
    );
    await expect(resolveReferences('x ((tls-api))', read, 'p')).rejects.toThrow('p: ((tls-api)) has several fields');
    const refusal = await resolveReferences('((password.ca))', read, 'p').catch((thrown: unknown) => String(thrown));
    expect(refusal).toContain('variable password has no field ca');
    expect(refusal).not.toContain('s3cret');
  });

  test('a fault that is not about the name comes through unchanged', async () => {
    const locked = async (): Promise<string> => {
      throw new TesseraError('vault_locked', 'The vault is locked.');
    };
    await expect(resolveReferences('((password))', locked, 'p')).rejects.toMatchObject({ code: 'vault_locked' });
  });

  test('names are listed once, without their fields', () => {
    expect(referencesOf({ a: ['((tls-api.ca))', '((tls-api))'], b: 'x((/a/b.c))' })).toEqual(['tls-api', '/a/b']);
  });
});
