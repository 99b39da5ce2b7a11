import { describe, expect, it } from 'vitest';
import { chooseSubnet, podmanDefault } from './subnet.ts';

const nothingUsed = chooseSubnet(0, []);

describe('chooseSubnet', () => {
  it('takes the place its seed names when that is free', () => {
    expect(nothingUsed).toEqual({ cidr: '10.80.0.0/22', gateway: '10.80.0.1' });
    expect(chooseSubnet(65, [])).toEqual({ cidr: '10.81.4.0/22', gateway: '10.81.4.1' });
  });

  it('steps over a network that a smaller or a wider route overlaps', () => {
    const host = 10 * 2 ** 24 + 80 * 2 ** 16;
    expect(chooseSubnet(0, [{ from: host + 700, to: host + 700 }]).cidr).toBe('10.80.4.0/22');
    expect(chooseSubnet(0, [{ from: host - 5, to: host + 2 ** 16 - 1 }]).cidr).toBe('10.81.0.0/22');
  });

  it('leaves the network to Podman that it keeps for itself', () => {
    expect(chooseSubnet(8 * 64, [podmanDefault]).cidr).toBe('10.89.0.0/22');
    const chosen = Array.from({ length: 64 }, (_, place) => chooseSubnet(8 * 64 + place).cidr);
    expect(chosen.filter((cidr) => cidr.startsWith('10.88.'))).toEqual([]);
  });

  it('begins again at the first network after the last', () => {
    expect(chooseSubnet(1024, [])).toEqual(nothingUsed);
  });

  it('refuses when the whole range is used', () => {
    expect(() => chooseSubnet(0, [{ from: 0, to: 0xffffffff }])).toThrow('No free network');
  });
});
