import { expect, it } from 'vitest';
import type { Field } from '#model/field.ts';
import { omConfig } from './om-config.ts';

const field = (reference: string, type: string): Field =>
  // only these parts of a field are read
  ({ reference, label: reference, blueprint: { name: reference.split('.').at(-1), type } }) as unknown as Field;

it('writes values as om reads them and never a secret', () => {
  const yaml = omConfig(
    'pks',
    [
      field('.properties.host', 'domain'),
      field('.properties.tls', 'rsa_cert_credentials'),
      field('errands.smoke.post_deploy_state', 'dropdown_select'),
    ],
    { '.properties.host': 'api.example', '.properties.tls': { cert_pem: 'C', private_key_pem: 'KEY' } },
  );
  expect(yaml).toContain('.properties.host:\n    value: "api.example"');
  expect(yaml).toContain('((tls.private_key_pem))');
  expect(yaml).not.toContain('KEY');
  expect(yaml).toContain('# 1 more under');
});
