import { describe, expect, test } from 'vitest';
import { type Choices, PROPERTY_TYPES, PropertyBlueprint, type PropertyType } from './property.ts';
import { faultOfValue, normaliseValue, ruleExpression } from './property-value.ts';

const choices: Choices = {
  azs: ['az1', 'az2'],
  networks: [{ name: 'default', azs: ['az1'] }],
  vmTypes: [{ name: 'small', label: 'small' }],
  diskTypes: [{ name: '10240', label: '10 GB' }],
};
const options = [{ name: 'one', label: 'One' }];
const check = (type: PropertyType, value: unknown, more: Record<string, unknown> = {}): string | null => {
  const blueprint = PropertyBlueprint.parse({ name: 'x', type, options, ...more });
  return faultOfValue(blueprint, normaliseValue(blueprint, value), choices);
};

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';

describe('values in the shapes om sends', () => {
  const good: [PropertyType, unknown][] = [
    ['string', ' any text '],
    ['text', 'two\nlines'],
    ['integer', '5'],
    ['integer', 5],
    ['boolean', 'true'],
    ['dropdown_select', 'one'],
    ['multi_select_options', ['one', null]],
    ['uuid', '0b0e8f1c-1f7a-4f5c-9a55-0f2f6c1f0a11'],
    ['ca_certificate', `${PEM}\n${PEM}`],
    ['network_address', 'ntp.example.com'],
    ['network_address', '10.0.0.1'],
    ['network_address_list', '10.0.0.1, ntp.example.com:123'],
    ['ip_address', '10.0.0.1'],
    ['ip_ranges', '10.0.0.1-10.0.0.9, 10.1.0.0/24'],
    ['domain', 'api.pks.example.com'],
    ['wildcard_domain', '*.pks.example.com'],
    ['port', '8443'],
    ['http_url', 'https://example.com/x'],
    ['ldap_url', 'ldaps://a.example.com ldap://b.example.com'],
    ['email', 'a@example.com'],
    ['smtp_authentication', 'cram_md5'],
    ['string_list', 'a, b'],
    ['vm_type_dropdown', ''],
    ['vm_type_dropdown', 'small'],
    ['disk_type_dropdown', '10240'],
    ['service_network_az_multi_select', ['az1', 'az2']],
    ['service_network_az_single_select', 'az2'],
    ['stemcell_selector', 'trixie/1.36.3'],
    ['network_dropdown', 'default'],
  ];
  test.each(good)('%s takes %j', (type, value) => {
    expect(check(type, value)).toBeNull();
  });

  const bad: [PropertyType, unknown, string][] = [
    ['string', 'two\nlines', 'must be one line'],
    ['string', '((/products/x/secret))', 'must not hold a ((reference)): type the value itself'],
    ['integer', 'five', 'must be a whole number'],
    ['boolean', 'perhaps', 'must be on or off'],
    ['dropdown_select', 'two', '"two" is not an option: choose one'],
    ['multi_select_options', ['one', 'one'], 'names one choice twice: name it once'],
    ['uuid', 'x', 'must be a UUID'],
    [
      'ca_certificate',
      'x',
      'must be certificates in PEM form, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----',
    ],
    ['network_address', 'not a host', 'must not contain spaces: remove them'],
    [
      'network_address_list',
      '10.0.0.1, UPPER',
      '"UPPER" must be a host name in lower case, such as api.pks.example.com',
    ],
    ['ip_address', '10.0.0.256', 'must be an IP address, such as 10.0.0.5'],
    ['ip_ranges', '10.0.0.1-', '"10.0.0.1-" must be an address, a range a-b or a CIDR, such as 10.0.0.2-10.0.0.9'],
    ['domain', 'API.example.com', 'must be a host name in lower case, such as api.pks.example.com'],
    ['domain', 'api example.com', 'must not contain spaces: remove them'],
    ['wildcard_domain', 'pks.example.com', 'must be a wildcard domain, such as *.pks.example.com'],
    ['port', 70000, 'must be a port from 0 to 65535'],
    ['http_url', 'ftp://x', 'must be an address that begins with http:// or https://'],
    ['ldap_url', 'ldap://a http://b', '"http://b" must be an address that begins with ldap:// or ldaps://'],
    ['email', 'nobody', 'must be an e-mail address'],
    ['smtp_authentication', 'none', '"none" is not a way to log in: choose plain, login, cram_md5'],
    ['vm_type_dropdown', 'huge', '"huge" is not a VM type: choose automatic, small'],
    ['disk_type_dropdown', '7', '"7" is not a disk type: choose automatic, 10240'],
    ['service_network_az_multi_select', ['az1', 'az9'], '"az9" is not an AZ of the director\'s list: choose az1, az2'],
    ['service_network_az_single_select', 'az9', '"az9" is not an AZ of the director\'s list: choose az1, az2'],
    ['network_dropdown', 'other', '"other" is not a network of the director\'s list: choose default'],
  ];
  test.each(bad)('%s refuses %j', (type, value, sentence) => {
    expect(check(type, value)).toBe(sentence);
  });
});

describe('limits of integers', () => {
  test.each([
    [{ min: 1 }, 0, 'must be at least 1'],
    [{ max: 5 }, 6, 'must be at most 5'],
    [{ modulo: 4 }, 6, 'must be a multiple of 4'],
    [{ power_of_two: true }, 6, 'must be a power of two'],
    [{ zero_or_min: 3 }, 2, 'must be 0 or at least 3'],
    [{ can_only_be_odd_or_zero: true }, 2, 'must be an odd number or 0'],
    [{ min: 1, max: 5 }, 3, null],
    [{ zero_or_min: 3 }, 0, null],
    [{ power_of_two: true }, 8, null],
  ])('%j on %i', (constraints, value, fault) => {
    expect(check('integer', value, { constraints })).toBe(fault);
  });
});

test('rules of a tile are tried in order and the first that fails speaks', () => {
  const constraints = [
    { must_match_regex: String.raw`\A[a-z]+\z`, error_message: 'lower case' },
    { must_match_regex: String.raw`\Aa`, error_message: 'begin with a' },
  ];
  expect(check('string', 'B', { constraints })).toBe('lower case');
  expect(check('string', 'b', { constraints })).toBe('begin with a');
  expect(check('string', 'ab', { constraints })).toBeNull();
  expect(ruleExpression(String.raw`\Ax\z`).test('x\ny')).toBe(false);
  expect(check('string', '0 3 * * *', { constraints: [{ must_be_cron_schedule: true }] })).toBeNull();
  expect(check('string', 'daily', { constraints: [{ must_be_cron_schedule: true }] })).toContain('cron schedule');
});

test('every type has a check', () => {
  for (const type of PROPERTY_TYPES)
    expect(() => check(type, 'x', { option_templates: [{ name: 'x', select_value: 'x' }] })).not.toThrow();
});

test('an unknown type is named', () => {
  const parsed = PropertyBlueprint.safeParse({ name: 'x', type: 'colour' });
  expect(parsed.error?.issues[0]?.message).toMatch(/^unknown blueprint type "colour"; known types: string, text/);
});
