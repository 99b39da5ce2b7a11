import { z } from 'zod';
import { undoFault as undo } from '#server/drills/undo-fault.ts';
import { defineStep } from '../step.ts';

/** Undoes the fault of a drill, whatever has become of it. */
export const undoFault = defineStep({
  input: z.strictObject({ drill: z.number().int() }),
  interruptible: false,
  run: (context, { drill }) => undo(context, drill),
});
