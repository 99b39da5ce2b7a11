import { z } from 'zod';
import { ensureVm } from '../ensure-vm.ts';
import { readInstance } from '../read-instance.ts';
import { defineStep } from '../step.ts';

/** Starts the VM of an instance with what it holds; one that is on is left alone, one that is gone is made. */
export const powerOnVm = defineStep({
  input: z.strictObject({ instance: z.string() }),
  interruptible: false,
  run: async (context, { instance }) => {
    const { cpi, signal } = context;
    const { vmCid } = await readInstance(context.pool, instance);
    const power = vmCid === null ? 'missing' : await cpi.powerState(vmCid, { signal });
    if (vmCid === null || power === 'missing') {
      await ensureVm(context, instance);
      return;
    }
    if (power === 'off') await cpi.rebootVm(vmCid, { signal });
    await context.log(power === 'off' ? `cpi: power on ${vmCid}` : `cpi: VM ${vmCid} is on`);
  },
});
