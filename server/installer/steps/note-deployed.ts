import { eq } from 'drizzle-orm';
import { stagedProducts } from '#db/schema/products.ts';
import { inTransaction } from '#db/transaction.ts';
import { CONTAINER_SERVICE_SLUG } from '#model/product.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { adoptUaaSettings } from '#server/identity/adopt-uaa-settings.ts';
import { FrozenInput, readFrozen } from '../read-frozen.ts';
import { defineStep } from '../step.ts';

/** The VMs of a product run its new configuration: from now on it is what is deployed. Its errands come after. */
export const noteDeployed = defineStep({
  input: FrozenInput,
  interruptible: false,
  run: async (context, input) => {
    const label = await inTransaction(context.pool, async (tx) => {
      const frozen = await readFrozen(tx, input);
      await tx.db
        .update(stagedProducts)
        .set({
          deployedVersion: frozen.productVersion,
          deployedConfiguration: frozen.configuration,
          deployedAt: context.clock.now(),
          deployedBy: input.by,
        })
        .where(eq(stagedProducts.guid, input.guid));
      // its API serves from now on: the management client must know the secret of this configuration
      if (frozen.slug === CONTAINER_SERVICE_SLUG) await adoptUaaSettings(tx, context.vault);
      await appendEvent(tx, 'product.changed', `product/${input.guid}`, {});
      return frozen.label;
    });
    await context.log(`${label} is deployed`);
  },
});
