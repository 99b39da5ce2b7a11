import { eq, sql } from 'drizzle-orm';
import { stagedProducts } from '#db/schema/products.ts';
import type { Tx } from '#db/transaction.ts';
import { DIRECTOR_SLUG, StagedConfiguration } from '#model/product.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { systemClock } from '#server/platform/clock.ts';
import type { Vault } from '#server/platform/vault.ts';
import { type Defaults, fillDefaults } from './fill-defaults.ts';
import { readAllStaged, readChoices, readMetadataRow, type StagedProduct } from './product-row.ts';
import { runningProducts } from './running-products.ts';
import { forgetProduct } from './unstage-product.ts';

/**
 * Drops staged changes back to what was last applied: of one product, or of all. A product that was never applied leaves the dashboard;
 * the director then gets its defaults back (`directorDefaults`). Products in a running installation are left alone. Answers the guids changed.
 */
export async function revertChanges(
  tx: Tx,
  vault: Vault,
  input: { guid?: string; directorDefaults?: Defaults },
  actor: Actor,
): Promise<{ reverted: string[] }> {
  const running = await runningProducts(tx);
  const chosen = (await readAllStaged(tx)).filter(
    (product) => !running.has(product.guid) && (input.guid === undefined || input.guid === product.guid),
  );
  for (const product of chosen) {
    await revertOne(tx, vault, product, input.directorDefaults, actor);
    await appendAudit(tx, actor, 'product.reverted', `product/${product.guid}`, { slug: product.slug });
    await appendEvent(tx, 'product.changed', `product/${product.guid}`, { slug: product.slug, reverted: true });
  }
  return { reverted: chosen.map((product) => product.guid) };
}

async function revertOne(
  tx: Tx,
  vault: Vault,
  product: StagedProduct,
  defaults: Defaults | undefined,
  actor: Actor,
): Promise<void> {
  const neverApplied = product.deployedConfiguration === null;
  if (neverApplied && product.slug !== DIRECTOR_SLUG) return forgetProduct(tx, vault, product.guid);
  const version = product.deployedVersion ?? product.productVersion;
  const configuration =
    product.deployedConfiguration ??
    fillDefaults(
      await readMetadataRow(tx, product.slug, version),
      StagedConfiguration.parse({}),
      await readChoices(tx),
      {
        // the installation's own network is no change of an operator's
        '.properties.networks': product.configuration.properties['.properties.networks'],
        ...defaults,
      },
    );
  const changedAt = systemClock.now().toISOString();
  const forms = Object.fromEntries(
    Object.entries(product.configuration.forms).map(([name, mark]) => [
      name,
      { version: mark.version + 1, changedBy: actor.name, changedAt },
    ]),
  );
  await tx.db
    .update(stagedProducts)
    .set({
      productVersion: version,
      configuration: { ...configuration, forms },
      pendingDeletion: false,
      changedBy: actor.name,
      version: sql`${stagedProducts.version} + 1`,
      updatedAt: sql`now()`,
    })
    .where(eq(stagedProducts.guid, product.guid));
}
