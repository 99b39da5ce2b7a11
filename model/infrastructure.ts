import { z } from 'zod';
import type { InstanceAction, JobState } from './deployment.ts';
import type { AzView, VmHealth } from './health.ts';

/** missing: the platform has a VM by this CID, the infrastructure has not. */
export const VM_POWERS = ['on', 'off', 'missing'] as const;
export const VmPower = z.enum(VM_POWERS);
export type VmPower = z.infer<typeof VmPower>;

/** A VM as the infrastructure tells of it, with what the platform knows of its instance. `instance` is null for a VM that no instance has. */
export type InfrastructureVm = {
  cid: string;
  power: VmPower;
  address: string | null;
  az: string;
  createdAt: string | null;
  /** Since when the power is as it is. */
  changedAt: string | null;
  name: string;
  deployment: string;
  /** Name of the cluster it is part of; null for others. */
  cluster: string | null;
  vmType: string | null;
  memoryMib: number | null;
  instance: { id: string; jobState: JobState; vmHealth: VmHealth } | null;
  /** A task that is at work on it. */
  taskId: number | null;
};

/** `heardAt`: when the infrastructure last answered; `problem`: why not since. */
export type InfrastructureView = {
  heardAt: string | null;
  problem: string | null;
  driver: 'container' | 'simulated' | null;
  azs: AzView[];
  vms: InfrastructureVm[];
};

/** Why a VM does not allow a deed now; null when it does. The server decides again, buttons say it. */
export function whyNot(
  vm: Pick<InfrastructureVm, 'power' | 'instance' | 'taskId'>,
  action: InstanceAction,
): string | null {
  if (vm.instance === null) return 'No instance has this VM: it is being deleted, or left over.';
  const isPower = action === 'power-off' || action === 'power-on';
  // an infrastructure's own tools would switch it off and on all the same
  if (vm.taskId !== null && !isPower) return `Task ${vm.taskId} is at work on it.`;
  if (action === 'recreate' || action === 'start') return null;
  if (vm.power === 'missing') return 'The VM is gone. Recreate it.';
  if (action === 'power-on') return vm.power === 'off' ? null : 'It is on.';
  return vm.power === 'on' ? null : 'It has no power.';
}
