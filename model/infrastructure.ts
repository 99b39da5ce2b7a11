import { z } from 'zod';
import type { JobState } from './deployment.ts';
import type { AzView, VmHealth } from './health.ts';

/** What can be done to an instance from the infrastructure's side. */
export const VM_ACTIONS = ['power-off', 'power-on', 'restart', 'recreate', 'stop', 'start'] as const;
export const VmAction = z.enum(VM_ACTIONS);
export type VmAction = z.infer<typeof VmAction>;

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

/** Which deeds a VM allows, or why not; the server enforces it, buttons say it. */
export function whyNot(vm: Pick<InfrastructureVm, 'power' | 'instance' | 'taskId'>, action: VmAction): string | null {
  if (vm.instance === null) return 'No instance has this VM: it is being deleted, or left over.';
  if (vm.taskId !== null) return `Task ${vm.taskId} is at work on it.`;
  switch (action) {
    case 'power-off':
      return vm.power === 'on' ? null : 'It has no power.';
    case 'power-on':
      return vm.power === 'off' ? null : vm.power === 'on' ? 'It is on.' : 'The VM is gone; recreate it.';
    case 'restart':
    case 'stop':
      return vm.power === 'on' ? null : 'It has no power.';
    case 'start':
    case 'recreate':
      return null;
  }
}
