import {
  type AddressRange,
  formatAddress,
  iterateHosts,
  lastHost,
  parseAddress,
  parseCidr,
  parseRange,
  rangeContains,
} from '#model/cidr.ts';
import type { Subnet } from '#model/network.ts';
import { TesseraError } from '#server/platform/error.ts';

/**
 * Addresses of a subnet that may be given to somebody, ascending: hosts of the range without gateway, reserved ranges, those in use, and the last
 * one, which embedded infrastructure takes to hold the network up. Pure.
 */
export function* freeAddresses(subnet: Subnet, used: ReadonlySet<string>): Generator<string> {
  const cidr = parseCidr(subnet.range);
  const gateway = parseAddress(subnet.gateway);
  if (cidr === null || gateway === null) {
    throw new TesseraError(
      'invalid_input',
      `The subnet ${subnet.range} with gateway ${subnet.gateway} is malformed. Correct it in the director tile.`,
    );
  }
  const reserved = subnet.reserved.map((text) => readReserved(subnet, text));
  const last = lastHost(cidr);
  for (const host of iterateHosts(cidr)) {
    if (host === gateway || host === last) continue;
    if (reserved.some((range) => rangeContains(range, host))) continue;
    const address = formatAddress(host);
    if (!used.has(address)) yield address;
  }
}

function readReserved(subnet: Subnet, text: string): AddressRange {
  const range = parseRange(text);
  if (range === null)
    throw new TesseraError(
      'invalid_input',
      `${text}, reserved in subnet ${subnet.range}, is no address and no range. Correct it in the director tile.`,
    );
  return range;
}
