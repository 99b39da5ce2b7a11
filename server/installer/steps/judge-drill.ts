import { z } from 'zod';
import { endDrill } from '#server/drills/end-drill.ts';
import { defineStep } from '../step.ts';

/** Judges a drill against its limits and writes its report. */
export const judgeDrill = defineStep({
  input: z.strictObject({ drill: z.number().int() }),
  interruptible: false,
  run: async (context, { drill }) => {
    const verdict = await endDrill(context, drill);
    if (verdict !== null) await context.log(`verdict: ${verdict}`);
  },
});
