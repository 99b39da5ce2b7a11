import { z } from 'zod';
import { injectFault as inject } from '#server/drills/inject-fault.ts';
import { defineStep } from '../step.ts';

/** Arms the undo, then does the fault of a drill. */
export const injectFault = defineStep({
  input: z.strictObject({ drill: z.number().int() }),
  interruptible: false,
  run: (context, { drill }) => inject(context, drill),
});
