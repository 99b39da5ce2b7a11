import type { UiState } from '#components/ui/state-shape.tsx';
import type { VmHealth } from '#model/health.ts';
import type { InfrastructureVm, VmPower } from '#model/infrastructure.ts';

/** The infrastructure's word for the power of a VM. */
export const POWER_WORDS = { on: 'On', off: 'Off', missing: 'Missing' } as const satisfies Record<VmPower, string>;
export const POWER_SHOWN = { on: 'running', off: 'stopped', missing: 'failed' } as const satisfies Record<
  VmPower,
  UiState
>;

/** The platform's word for a VM. */
export const HEALTH_SHOWN = {
  alive: 'running',
  suspect: 'attention',
  dead: 'failed',
  hung: 'failed',
  partitioned: 'attention',
  unknown: 'unknown',
} as const satisfies Record<VmHealth, UiState>;

/** VMs that hold `search` in name, address, CID, deployment, cluster or AZ; each word of it somewhere. */
export function findVms(vms: InfrastructureVm[], search: string): InfrastructureVm[] {
  const words = search.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return vms;
  return vms.filter((vm) => {
    const text = [vm.name, vm.address, vm.cid, vm.deployment, vm.cluster, vm.az, POWER_WORDS[vm.power]]
      .join(' ')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** VMs by AZ; an AZ that the platform knows of has its place although it has no VM. */
export function byAz(vms: InfrastructureVm[], azs: readonly string[]): { az: string; vms: InfrastructureVm[] }[] {
  const names = [...new Set([...azs, ...vms.map((vm) => vm.az)])].toSorted();
  return names.map((az) => ({ az, vms: vms.filter((vm) => vm.az === az) }));
}
