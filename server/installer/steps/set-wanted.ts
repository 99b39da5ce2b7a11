import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { instances } from '#db/schema/deployments.ts';
import { inTransaction } from '#db/transaction.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { readInstance } from '../read-instance.ts';
import { defineStep } from '../step.ts';

/** Notes whether an instance is to run: a stopped one is not repaired. */
export const setWanted = defineStep({
  input: z.strictObject({ instance: z.string(), wanted: z.enum(['started', 'stopped']) }),
  interruptible: false,
  run: async (context, { instance, wanted }) => {
    const { deployment } = await readInstance(context.pool, instance);
    await inTransaction(context.pool, async (tx) => {
      await tx.db.update(instances).set({ wanted, updatedAt: context.clock.now() }).where(eq(instances.id, instance));
      await appendEvent(tx, 'instance.changed', `instance/${instance}`, { wanted, deployment });
    });
  },
});
