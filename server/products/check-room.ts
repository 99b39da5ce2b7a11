import { type AddressRange, containsAddress, hostCount, parseAddress, parseCidr, parseRange } from '#model/cidr.ts';
import type { Network } from '#model/network.ts';

/** Left to the host, PostgreSQL, director and console. */
const HOST_RESERVE_MIB = 2048;

export type VmDemand = { what: string; count: number; vmType: string; ramMib: number };

/** Why these VMs do not fit the machine, with the sums; null when they do. Pure. */
export function capacityShortfall(demands: VmDemand[], machineMib: number): string | null {
  const asked = demands.reduce((sum, demand) => sum + demand.count * demand.ramMib, 0);
  const missing = asked + HOST_RESERVE_MIB - machineMib;
  if (missing <= 0) return null;
  const parts = demands
    .filter((demand) => demand.count > 0)
    .map((demand) => `${demand.count} × ${demand.what} ${demand.vmType} (${demand.ramMib} MiB)`);
  return `larger than the machine's memory: ${parts.join(' + ')} = ${asked} MiB, and ${HOST_RESERVE_MIB} MiB are kept for the host, together ${asked + HOST_RESERVE_MIB} MiB; the machine has ${machineMib} MiB, so ${missing} MiB are missing. Use fewer or smaller VMs.`;
}

/** Addresses of a network that VMs may get: hosts without gateway, reserved ranges and the last one, which the infrastructure keeps. Pure. */
export function freeAddressCount(network: Network): number {
  return network.subnets.reduce((sum, subnet) => {
    const cidr = parseCidr(subnet.range);
    if (cidr === null) return sum;
    const gateway = parseAddress(subnet.gateway);
    const ranges = subnet.reserved.map(parseRange).filter((range): range is AddressRange => range !== null);
    if (gateway !== null) ranges.push({ from: gateway, to: gateway });
    const inside = merged(ranges).filter(
      (range) => containsAddress(cidr, range.from) && containsAddress(cidr, range.to),
    );
    const taken = inside.reduce((count, range) => count + range.to - range.from + 1, 0);
    return sum + Math.max(0, hostCount(cidr) - taken - 1);
  }, 0);
}

/** Ranges without overlaps, ascending. */
function merged(ranges: AddressRange[]): AddressRange[] {
  const result: AddressRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last && range.from <= last.to + 1) last.to = Math.max(last.to, range.to);
    else result.push({ ...range });
  }
  return result;
}
