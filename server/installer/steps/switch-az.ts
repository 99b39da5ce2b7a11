import { z } from 'zod';
import { defineStep } from '../step.ts';

/** Switches the power of an AZ at the infrastructure, and nothing else: what follows from it is the detector's to find out. */
export const switchAz = defineStep({
  input: z.strictObject({ az: z.string(), power: z.enum(['on', 'off']) }),
  interruptible: false,
  run: async ({ cpi, log, signal }, { az, power }) => {
    await cpi.setAzPower(az, power, { signal });
    await log(`cpi: power of ${az} is ${power}`);
  },
});
