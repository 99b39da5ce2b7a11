import { z } from 'zod';
import { TesseraError } from '#server/platform/error.ts';

/** An AZ that is switched off: until when, and which VMs the switch stopped and starts again. */
export const AzSwitch = z.strictObject({ until: z.string().nullable(), stopped: z.array(z.string()) });
export type AzSwitch = z.infer<typeof AzSwitch>;

/** True once the time of a switch is over: the AZ counts as on, and whoever looks next starts its VMs again. */
export function isOver(off: AzSwitch, now: Date): boolean {
  return off.until !== null && Date.parse(off.until) <= now.getTime();
}

/** The switch with more VMs stopped by it, each once, and the later order's end. */
export function switchOff(before: AzSwitch | null, until: Date | undefined, stopped: string[]): AzSwitch {
  return { until: until?.toISOString() ?? null, stopped: [...new Set([...(before?.stopped ?? []), ...stopped])] };
}

export function azDown(az: string, doing: string): TesseraError {
  return new TesseraError('az_down', `AZ ${az} has no power, so ${doing} is not possible there.`);
}
