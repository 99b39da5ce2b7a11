import { expect, it } from 'vitest';
import type { Field } from '#model/field.ts';
import { formFile } from './form-file.ts';

const field = (reference: string, type: string): Field =>
  // only these parts of a field are read
  ({ reference, label: reference, blueprint: { name: reference.split('.').at(-1), type } }) as unknown as Field;

it('writes the file that the command line saves, and never a secret', () => {
  const yaml = formFile(
    { slug: 'pks', form: 'pks_api' },
    [field('.properties.host', 'domain'), field('.properties.tls', 'rsa_cert_credentials')],
    { '.properties.host': 'api.example', '.properties.tls': { cert_pem: 'C', private_key_pem: 'KEY' } },
  );
  expect(yaml.split('\n')).toEqual([
    '# tessera form pks pks_api --file pks_api.yml',
    '.properties.host: "api.example"',
    '.properties.tls: {"cert_pem":"C","private_key_pem":"***"}',
  ]);
});
