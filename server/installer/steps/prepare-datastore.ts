import { z } from 'zod';
import { defineStep } from '../step.ts';

/** Makes the datastore that every VM mounts. */
export const prepareDatastore = defineStep({
  input: z.strictObject({}),
  interruptible: false,
  run: async (context) => {
    await context.cpi.ensureDatastore({ signal: context.signal });
    await context.log('cpi: datastore is there');
  },
});
