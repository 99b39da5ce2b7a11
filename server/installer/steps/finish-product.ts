import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { installationProducts } from '#db/schema/installations.ts';
import { stagedProducts } from '#db/schema/products.ts';
import { inTransaction } from '#db/transaction.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { TesseraError } from '#server/platform/error.ts';
import { defineStep } from '../step.ts';

/** Last step of a product in a run: what was applied is now what is deployed; a deleted product leaves the dashboard. */
export const finishProduct = defineStep({
  input: z.strictObject({ installation: z.number().int(), guid: z.string(), by: z.string() }),
  interruptible: false,
  run: async (context, { installation, guid, by }) => {
    const label = await inTransaction(context.pool, async (tx) => {
      const key = and(eq(installationProducts.installationId, installation), eq(installationProducts.guid, guid));
      const [frozen] = await tx.db.select().from(installationProducts).where(key).limit(1);
      if (!frozen) throw new TesseraError('not_found', `Product ${guid} is not part of installation ${installation}.`);
      if (frozen.action === 'delete') await tx.db.delete(stagedProducts).where(eq(stagedProducts.guid, guid));
      else {
        await tx.db
          .update(stagedProducts)
          .set({
            deployedVersion: frozen.productVersion,
            deployedConfiguration: frozen.configuration,
            deployedAt: context.clock.now(),
            deployedBy: by,
            failedInstallationId: null,
          })
          .where(eq(stagedProducts.guid, guid));
      }
      await tx.db.update(installationProducts).set({ state: 'successful' }).where(key);
      await appendEvent(tx, 'product.changed', `product/${guid}`, {});
      return frozen.label;
    });
    await context.log(`${label} is deployed`);
  },
});
