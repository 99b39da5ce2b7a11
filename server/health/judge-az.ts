import type { AzState } from '#model/health.ts';

/** One VM is no AZ: its loss says nothing of its neighbours. */
const LEAST_VMS = 2;

/** State of an AZ from its switch and from how many of its VMs are missed. Pure. */
export function judgeAz(az: { power: 'on' | 'off' | null; vms: number; down: number }): {
  state: AzState;
  reason: string;
} {
  const { power, vms, down } = az;
  if (power === 'off') return { state: 'down', reason: 'its infrastructure is off' };
  if (down === 0) return { state: 'up', reason: '' };
  const counts = `${down} of ${vms} ${vms === 1 ? 'VM' : 'VMs'} down`;
  if (down === vms && vms >= LEAST_VMS) return { state: 'down', reason: counts };
  return { state: 'degraded', reason: counts };
}
