import { z } from 'zod';
import { watchDrill } from '#server/drills/watch-drill.ts';
import { defineStep } from '../step.ts';

/** Looks on while the platform notices and repairs the fault of a drill. */
export const watchRecovery = defineStep({
  input: z.strictObject({ drill: z.number().int() }),
  interruptible: true,
  run: (context, { drill }) => watchDrill(context, drill),
});
