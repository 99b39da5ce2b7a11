import { z } from 'zod';
import { applyJobs } from '../apply-jobs.ts';
import { defineStep } from '../step.ts';
import { withLiveVm } from '../with-live-vm.ts';

/** Starts the jobs of an instance as its manifest wants them. */
export const applySpec = defineStep({
  input: z.strictObject({ instance: z.string() }),
  interruptible: false,
  run: (context, { instance }) => withLiveVm(context, instance, 'agent', () => applyJobs(context, instance)),
});
