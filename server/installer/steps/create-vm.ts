import { z } from 'zod';
import { ensureVm } from '../ensure-vm.ts';
import { defineStep } from '../step.ts';

/** Makes the VM of an instance and the disk it wants. */
export const createVm = defineStep({
  input: z.strictObject({ instance: z.string() }),
  interruptible: false,
  run: (context, { instance }) => ensureVm(context, instance),
});
