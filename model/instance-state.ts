import { assertNever } from './assert-never.ts';
import type { InstanceView } from './deployment.ts';

/** Words for the state of an instance, as pages show it. */
export type InstanceState = 'running' | 'working' | 'failed' | 'stopped' | 'absent' | 'unknown';

/** State of one instance from what its agent last said; absent = it has no VM yet, or none any more. */
export function instanceState(instance: Pick<InstanceView, 'jobState' | 'vmCid'>): InstanceState {
  if (instance.vmCid === null) return 'absent';
  switch (instance.jobState) {
    case 'running':
      return 'running';
    case 'starting':
      return 'working';
    case 'failing':
      return 'failed';
    case 'stopped':
      return 'stopped';
    case 'unknown':
    case 'unresponsive agent':
      return 'unknown';
    default:
      return assertNever(instance.jobState);
  }
}

/** Sum over the instances of a deployment. Per cents are means over the instances that were heard; null when none was. */
export type InstanceSummary = {
  total: number;
  running: number;
  failed: number;
  unknown: number;
  azs: number;
  cpuPercent: number | null;
  memoryPercent: number | null;
};

export function summariseInstances(instances: readonly InstanceView[]): InstanceSummary {
  const states = instances.map(instanceState);
  const heard = instances.flatMap((instance) => (instance.vitals ? [instance.vitals] : []));
  const mean = (values: number[]): number | null =>
    values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    total: instances.length,
    running: states.filter((state) => state === 'running').length,
    failed: states.filter((state) => state === 'failed').length,
    unknown: states.filter((state) => state === 'unknown').length,
    azs: new Set(instances.map((instance) => instance.az)).size,
    cpuPercent: mean(heard.map((vitals) => vitals.cpuPercent)),
    memoryPercent: mean(heard.map((vitals) => vitals.memoryPercent)),
  };
}
