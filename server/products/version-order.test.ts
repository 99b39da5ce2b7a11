import { expect, test } from 'vitest';
import { meetsRequirement, versionOrder } from './version-order.ts';

test.each([
  ['1.10.0', '1.9.0', 1],
  ['1.0', '1.0.0', 0],
  ['2.0.0-rc.1', '2.0.0', -1],
  ['2.0.0-rc.10', '2.0.0-rc.9', 1],
])('%s against %s', (a, b, sign) => {
  expect(Math.sign(versionOrder(a, b))).toBe(sign);
});

test.each([
  ['1.2.0', '>= 1.0', true],
  ['0.9.0', '>= 1.0', false],
  ['1.9.0', '~> 1.2', true],
  ['2.0.0', '~> 1.2', false],
  ['1.2.9', '~> 1.2.3', true],
  ['1.3.0', '~> 1.2.3', false],
  ['1.5.0', '>= 1.0, < 1.5', false],
  ['1.0.0', '1.0.0', true],
])('%s meets %s: %s', (version, requirement, meets) => {
  expect(meetsRequirement(version, requirement)).toBe(meets);
});
