import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressCount,
  type Cidr,
  cidrFault,
  containsAddress,
  containsCidr,
  formatAddress,
  formatCidr,
  hostCount,
  iterateHosts,
  lastAddress,
  overlaps,
  parseAddress,
  parseCidr,
  parseRange,
  rangeContains,
} from './cidr.ts';

const cidr = (text: string): Cidr => {
  const parsed = parseCidr(text);
  if (parsed === null) throw new Error(`${text} should be a CIDR block`);
  return parsed;
};

const anyAddress = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const anyCidr = fc.tuple(anyAddress, fc.integer({ min: 0, max: 32 })).map(([address, prefix]) => {
  const block = 2 ** (32 - prefix);
  return { network: Math.floor(address / block) * block, prefix };
});

describe('addresses', () => {
  test.each(['', '10.0.0', '10.0.0.0.1', '10.0.0.256', '10.0.0.-1', '010.0.0.1', '10.0.0.1a', '10.0.0.1/8', '::1'])(
    '%j is no address',
    (text) => {
      expect(parseAddress(text)).toBeNull();
    },
  );

  test('an address survives being written and read', () => {
    fc.assert(fc.property(anyAddress, (address) => parseAddress(formatAddress(address)) === address));
    expect(formatAddress(0xc0_00_02_ff)).toBe('192.0.2.255');
  });
});

describe('CIDR blocks', () => {
  test.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/08', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.1/24', 'x/24'])(
    '%j is refused',
    (text) => {
      expect(parseCidr(text)).toBeNull();
      expect(cidrFault(text)).toContain('10.0');
    },
  );

  test('host bits are said with the block that was meant', () => {
    expect(cidrFault('10.0.11.7/24')).toBe('10.0.11.7/24 has host bits set; the block is 10.0.11.0/24.');
    expect(cidrFault('10.0.11.0/24')).toBeNull();
  });

  test('a block survives being written and read', () => {
    fc.assert(fc.property(anyCidr, (block) => formatCidr(cidr(formatCidr(block))) === formatCidr(block)));
  });

  test.each([
    ['10.0.0.0/24', 256, 254, '10.0.0.255'],
    ['10.0.0.0/30', 4, 2, '10.0.0.3'],
    ['10.0.0.4/31', 2, 2, '10.0.0.5'],
    ['10.0.0.4/32', 1, 1, '10.0.0.4'],
    ['0.0.0.0/0', 2 ** 32, 2 ** 32 - 2, '255.255.255.255'],
  ])('%s has %d addresses, %d for hosts, and ends with %s', (text, addresses, hosts, last) => {
    expect(addressCount(cidr(text))).toBe(addresses);
    expect(hostCount(cidr(text))).toBe(hosts);
    expect(formatAddress(lastAddress(cidr(text)))).toBe(last);
  });

  test('iterating gives as many hosts as counting, all inside', () => {
    for (const text of ['10.0.0.0/28', '10.0.0.4/31', '10.0.0.4/32', '192.168.7.128/25']) {
      const hosts = [...iterateHosts(cidr(text))];
      expect(hosts).toHaveLength(hostCount(cidr(text)));
      expect(hosts.every((host) => containsAddress(cidr(text), host))).toBe(true);
    }
    expect([...iterateHosts(cidr('10.0.0.0/30'))].map(formatAddress)).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  test.each([
    ['10.0.0.0/16', '10.0.11.0/24', true],
    ['10.0.11.0/24', '10.0.0.0/16', true],
    ['10.0.0.0/24', '10.0.1.0/24', false],
    ['0.0.0.0/0', '255.255.255.255/32', true],
    ['10.200.0.0/16', '10.100.200.0/24', false],
  ])('%s and %s overlap: %s', (a, b, expected) => {
    expect(overlaps(cidr(a), cidr(b))).toBe(expected);
  });

  test('overlap is symmetric, and two blocks overlap only when one contains the other', () => {
    fc.assert(
      fc.property(anyCidr, anyCidr, (a, b) => {
        expect(overlaps(a, b)).toBe(overlaps(b, a));
        expect(overlaps(a, b)).toBe(containsCidr(a, b) || containsCidr(b, a));
      }),
    );
  });
});

describe('ranges', () => {
  test('a single address is a range of one', () => {
    const range = parseRange('10.0.0.5');
    expect(range).toEqual({ from: parseAddress('10.0.0.5'), to: parseAddress('10.0.0.5') });
  });

  test('both ends belong to it, spaces are allowed', () => {
    const range = parseRange('10.0.0.5 - 10.0.0.9') ?? { from: 0, to: -1 };
    const inside = [...iterateHosts(cidr('10.0.0.0/28'))].filter((address) => rangeContains(range, address));
    expect(inside.map(formatAddress)).toEqual(['10.0.0.5', '10.0.0.6', '10.0.0.7', '10.0.0.8', '10.0.0.9']);
  });

  test.each(['10.0.0.9-10.0.0.5', '10.0.0.5-9', '10.0.0.1-10.0.0.2-10.0.0.3', '-', ''])('%j is refused', (text) => {
    expect(parseRange(text)).toBeNull();
  });
});
