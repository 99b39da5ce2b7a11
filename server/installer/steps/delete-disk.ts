import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { disks, instances } from '#db/schema/deployments.ts';
import { inTransaction } from '#db/transaction.ts';
import { defineStep } from '../step.ts';

/** Deletes every persistent disk of an instance. */
export const deleteDisk = defineStep({
  input: z.strictObject({ instance: z.string() }),
  interruptible: false,
  run: async (context, { instance }) => {
    const rows = await inTransaction(context.pool, (tx) =>
      tx.db.select({ cid: disks.cid }).from(disks).where(eq(disks.instanceId, instance)).limit(100),
    );
    for (const { cid } of rows) {
      await context.cpi.deleteDisk(cid, { signal: context.signal });
      await inTransaction(context.pool, async (tx) => {
        await tx.db.delete(disks).where(eq(disks.cid, cid));
        await tx.db.update(instances).set({ diskCid: null }).where(eq(instances.id, instance));
      });
      await context.log(`cpi: delete_disk ${cid}`);
    }
  },
});
