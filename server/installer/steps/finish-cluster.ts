import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { clusters } from '#db/schema/clusters.ts';
import { inTransaction } from '#db/transaction.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { defineStep } from '../step.ts';

/** Last step of a cluster's task: the cluster succeeded, or is gone. */
export const finishCluster = defineStep({
  input: z.strictObject({ cluster: z.string(), outcome: z.enum(['succeeded', 'deleted']), description: z.string() }),
  interruptible: false,
  run: async (context, { cluster, outcome, description }) => {
    await inTransaction(context.pool, async (tx) => {
      if (outcome === 'deleted') await tx.db.delete(clusters).where(eq(clusters.uuid, cluster));
      else {
        await tx.db
          .update(clusters)
          .set({ lastActionState: 'succeeded', lastActionDescription: description, updatedAt: context.clock.now() })
          .where(eq(clusters.uuid, cluster));
      }
      await appendEvent(tx, 'cluster.changed', `cluster/${cluster}`, { outcome });
    });
    await context.log(description);
  },
});
