import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { instances } from '#db/schema/deployments.ts';
import { inTransaction } from '#db/transaction.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { readInstance } from '../read-instance.ts';
import { defineStep } from '../step.ts';

/** Notes in which AZ the next VM of an instance is made, and to which it will come back. */
export const placeInstance = defineStep({
  input: z.strictObject({ instance: z.string(), az: z.string(), homeAz: z.string().nullable() }),
  interruptible: false,
  run: async (context, { instance, az, homeAz }) => {
    const { deployment } = await readInstance(context.pool, instance);
    await inTransaction(context.pool, async (tx) => {
      await tx.db
        .update(instances)
        .set({ az, homeAz, updatedAt: context.clock.now() })
        .where(eq(instances.id, instance));
      await appendEvent(tx, 'instance.changed', `instance/${instance}`, { az, homeAz, deployment });
    });
    await context.log(homeAz === null ? `placed in ${az}` : `placed in ${az} until ${homeAz} is back`);
  },
});
