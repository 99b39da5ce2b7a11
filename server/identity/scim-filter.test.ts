import { describe, expect, test } from 'vitest';
import { type Filter, parseFilter } from './scim-filter.ts';

const eq = (attribute: string, value: string | boolean | number | null): Filter => ({
  kind: 'compare',
  attribute,
  comparison: 'eq',
  value,
});

describe('filters that clients build', () => {
  const cases: [string, Filter][] = [
    ['userName eq "john"', eq('username', 'john')],
    ['USERNAME EQ "john"', eq('username', 'john')],
    ['userName eq "x" and origin eq "uaa"', { kind: 'and', left: eq('username', 'x'), right: eq('origin', 'uaa') }],
    [
      'userName eq "a" or userName eq "b" or userName eq "c"',
      {
        kind: 'or',
        left: { kind: 'or', left: eq('username', 'a'), right: eq('username', 'b') },
        right: eq('username', 'c'),
      },
    ],
    [
      'id eq "1" or id eq "2" and active eq true',
      { kind: 'or', left: eq('id', '1'), right: { kind: 'and', left: eq('id', '2'), right: eq('active', true) } },
    ],
    [
      '(id eq "1" or id eq "2") and active eq false',
      { kind: 'and', left: { kind: 'or', left: eq('id', '1'), right: eq('id', '2') }, right: eq('active', false) },
    ],
    ['externalId pr', { kind: 'present', attribute: 'externalid' }],
    ['not (verified eq true)', { kind: 'not', inner: eq('verified', true) }],
    ['emails.value co "@x"', { kind: 'compare', attribute: 'emails.value', comparison: 'co', value: '@x' }],
    [
      'meta.created gt "2026-01-01T00:00:00Z"',
      { kind: 'compare', attribute: 'meta.created', comparison: 'gt', value: '2026-01-01T00:00:00Z' },
    ],
    ['displayName eq "say \\"hi\\" (twice)"', eq('displayname', 'say "hi" (twice)')],
    ['externalId eq null', eq('externalid', null)],
  ];
  test.each(cases)('%s', (text, tree) => {
    expect(parseFilter(text)).toEqual(tree);
  });
});

describe('bad filters are refused with the filter in the sentence', () => {
  const bad = [
    'userName',
    'userName eq',
    'userName eq john',
    'userName is "john"',
    'userName eq "john',
    '(userName eq "john"',
    'userName eq "john")',
    'userName eq "john" and',
    'userName eq "a" userName eq "b"',
    '"x" eq "y"',
    `${'('.repeat(50)}id eq "1"${')'.repeat(50)}`,
    `userName eq "${'x'.repeat(9000)}"`,
  ];
  test.each(bad)('%s', (text) => {
    expect(() => parseFilter(text)).toThrowError(/^Invalid filter expression: \[/);
  });
});
