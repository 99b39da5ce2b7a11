import { z } from 'zod';
import { startProbing } from '#server/probes/start-probing.ts';
import { defineStep } from '../step.ts';

/** Begins to measure, and waits until everything answered for a while: only then does a failure mean something. */
export const startProbes = defineStep({
  input: z.strictObject({ drill: z.number().int() }),
  interruptible: false,
  run: (context, { drill }) => startProbing(context, drill),
});
