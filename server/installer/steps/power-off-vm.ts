import { z } from 'zod';
import { readInstance } from '../read-instance.ts';
import { defineStep } from '../step.ts';

/** Cuts the power of a VM, as the infrastructure's own tools do: nothing else is noted, so that it is found out like any other loss. */
export const powerOffVm = defineStep({
  input: z.strictObject({ vm: z.string() }),
  interruptible: false,
  run: async (context, { vm }) => {
    const { vmCid } = await readInstance(context.pool, vm);
    if (vmCid === null) return;
    await context.cpi.powerOffVm(vmCid, { signal: context.signal });
    await context.log(`cpi: power off ${vmCid}`);
  },
});
