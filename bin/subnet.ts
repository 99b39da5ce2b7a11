import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A range of IPv4 addresses, both ends included. */
interface Range {
  from: number;
  to: number;
}

/** VM networks are taken from 10.80.0.0 – 10.95.255.255: away from the usual home, office and Kubernetes ranges. */
const firstAddress = toNumber('10.80.0.0');
const networkSize = 1024;
const networkCount = 1024;

/**
 * A /22 that no route of this machine and no known container network uses. `seed` spreads installations
 * that are made at the same time.
 */
export function chooseSubnet(seed: number, used: Range[] = usedRanges()): { cidr: string; gateway: string } {
  for (let step = 0; step < networkCount; step += 1) {
    const from = firstAddress + ((seed + step) % networkCount) * networkSize;
    const to = from + networkSize - 1;
    if (used.some((range) => range.from <= to && from <= range.to)) continue;
    return { cidr: `${toText(from)}/22`, gateway: toText(from + 1) };
  }
  throw new Error('No free network between 10.80.0.0 and 10.95.255.255.');
}

/** Podman keeps this range for its network `podman` even while that has neither a route nor a file. */
export const podmanDefault: Range = { from: toNumber('10.88.0.0'), to: toNumber('10.88.255.255') };

function usedRanges(): Range[] {
  return [podmanDefault, ...routeRanges(), ...podmanRanges()];
}

/** /proc/net/route holds addresses and masks as little-endian hexadecimal numbers. */
function routeRanges(): Range[] {
  const lines = readFileSync('/proc/net/route', 'utf8').trim().split('\n').slice(1);
  return lines.flatMap((line) => {
    const fields = line.split('\t');
    const mask = fromLittleEndian(fields[7] ?? '0');
    // The default route covers everything and says nothing about use.
    if (mask === 0) return [];
    const from = fromLittleEndian(fields[1] ?? '0');
    return [{ from, to: from + (0xffffffff - mask) }];
  });
}

/** Networks whose bridge is down at the moment have no route, but come back. */
function podmanRanges(): Range[] {
  const folder = '/etc/containers/networks';
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => [...readFileSync(path.join(folder, name), 'utf8').matchAll(/"subnet":\s*"([\d.]+)\/(\d+)"/g)])
    .map(([, address, bits]) => {
      const from = toNumber(address ?? '0.0.0.0');
      return { from, to: from + 2 ** (32 - Number(bits)) - 1 };
    });
}

function fromLittleEndian(hex: string): number {
  return Buffer.from(hex.padStart(8, '0'), 'hex').readUInt32LE();
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}
