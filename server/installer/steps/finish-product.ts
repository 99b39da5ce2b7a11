import { eq } from 'drizzle-orm';
import { installationProducts } from '#db/schema/installations.ts';
import { stagedProducts } from '#db/schema/products.ts';
import { inTransaction } from '#db/transaction.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { forgetUnusedSecrets } from '#server/products/forget-secrets.ts';
import { FrozenInput, frozenKey, readFrozen } from '../read-frozen.ts';
import { defineStep } from '../step.ts';

/** Last step of a product in a run: no failure is left; a deleted product leaves the dashboard with its secrets. */
export const finishProduct = defineStep({
  input: FrozenInput,
  interruptible: false,
  run: async (context, input) => {
    const key = eq(stagedProducts.guid, input.guid);
    await inTransaction(context.pool, async (tx) => {
      const frozen = await readFrozen(tx, input);
      if (frozen.action === 'delete') {
        await context.vault.remove(tx, `/products/${input.guid}/`);
        await tx.db.delete(stagedProducts).where(key);
      } else {
        await tx.db.update(stagedProducts).set({ failedInstallationId: null }).where(key);
        await forgetUnusedSecrets(tx, input.guid);
      }
      await tx.db.update(installationProducts).set({ state: 'successful' }).where(frozenKey(input));
      await appendEvent(tx, 'product.changed', `product/${input.guid}`, {});
    });
  },
});
