import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { instances } from '#db/schema/deployments.ts';
import { inTransaction } from '#db/transaction.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { releaseAddresses } from '#server/networks/allocate-ip.ts';
import { findInstance } from '../read-instance.ts';
import { defineStep } from '../step.ts';

/** Forgets an instance: its address is free again and its own credentials are gone. */
export const deleteInstance = defineStep({
  input: z.strictObject({ instance: z.string() }),
  interruptible: false,
  run: async (context, { instance }) => {
    const row = await findInstance(context.pool, instance);
    if (!row) return;
    await inTransaction(context.pool, async (tx) => {
      await releaseAddresses(tx, `instance/${instance}`);
      await tx.db.delete(instances).where(eq(instances.id, instance));
      await appendEvent(tx, 'instance.changed', `instance/${instance}`, { deleted: true, deployment: row.deployment });
    });
  },
});
