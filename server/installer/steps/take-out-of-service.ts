import { z } from 'zod';
import { takeOutOfService } from '#server/kubernetes/take-out-of-service.ts';
import { hasPrograms } from '../cluster-of.ts';
import { defineStep } from '../step.ts';

/** Sends the pods of a worker away whose VM is surely off. An API that does not answer holds nobody up: the new VM matters more. */
export const takeOutOfServiceStep = defineStep({
  input: z.strictObject({ instance: z.string() }),
  interruptible: false,
  run: async (context, { instance }) => {
    if (!hasPrograms(context)) return;
    const { pool, vault, signal } = context;
    const outcome = await takeOutOfService({ pool, vault }, instance, signal);
    if (outcome === 'done') await context.log('kubernetes: node is out of service, its pods leave');
    else await context.log(`kubernetes: pods not sent away (${outcome}); going on`, 'warn');
  },
});
