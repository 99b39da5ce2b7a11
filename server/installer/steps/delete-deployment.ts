import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { deployments } from '#db/schema/deployments.ts';
import { inTransaction } from '#db/transaction.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { releaseAddresses } from '#server/networks/allocate-ip.ts';
import { defineStep } from '../step.ts';

/** Forgets a deployment without instances: its volumes, its addresses, its generated credentials and its row. */
export const deleteDeployment = defineStep({
  input: z.strictObject({ deployment: z.string() }),
  interruptible: false,
  run: async (context, { deployment }) => {
    await context.cpi.deleteFromDatastore(deployment, { signal: context.signal });
    await inTransaction(context.pool, async (tx) => {
      await releaseAddresses(tx, `${deployment}/`);
      await context.vault.remove(tx, `/tessera/${deployment}/`);
      await tx.db.delete(deployments).where(eq(deployments.name, deployment));
      await appendEvent(tx, 'deployment.changed', `deployment/${deployment}`, { deleted: true });
    });
  },
});
