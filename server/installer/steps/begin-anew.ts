import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { instances } from '#db/schema/deployments.ts';
import { inTransaction } from '#db/transaction.ts';
import { readInstance } from '../read-instance.ts';
import { defineStep } from '../step.ts';

/** Gives up data that is lost for good, because an operator said so: the instance may begin empty. Data that is there is not touched. */
export const beginAnew = defineStep({
  input: z.strictObject({ instance: z.string() }),
  interruptible: false,
  run: async (context, { instance }) => {
    const { cpi, pool, signal } = context;
    const row = await readInstance(pool, instance);
    if (row.persistentDisk === 0 || (row.diskCid && (await cpi.hasDisk(row.diskCid, { signal })))) return;
    await inTransaction(pool, (tx) =>
      tx.db.update(instances).set({ seededAt: null }).where(eq(instances.id, instance)),
    );
    await context.log('its disk is gone: it begins without data', 'warn');
  },
});
