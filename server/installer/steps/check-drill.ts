import { z } from 'zod';
import { beginDrill } from '#server/drills/begin-drill.ts';
import { defineStep } from '../step.ts';

/** The checks of the preview once more, at the last moment. */
export const checkDrill = defineStep({
  input: z.strictObject({ drill: z.number().int() }),
  interruptible: false,
  run: (context, { drill }) => beginDrill(context, drill),
});
