import { eq, sql } from 'drizzle-orm';
import { stagedProducts } from '#db/schema/products.ts';
import type { Tx } from '#db/transaction.ts';
import { DIRECTOR_SLUG } from '#model/product.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Vault } from '#server/platform/vault.ts';
import { readStaged } from './product-row.ts';
import { runningProducts } from './running-products.ts';
import { vaultFolder } from './secret-leaves.ts';

/**
 * Takes a product off the dashboard: at once when it was never applied, else it stays as pending deletion until the next apply.
 * Throws conflict for the director, busy while it is being applied.
 */
export async function unstageProduct(
  tx: Tx,
  vault: Vault,
  input: { guid: string },
  actor: Actor,
): Promise<{ removed: boolean }> {
  const product = await readStaged(tx, input.guid, { lock: true });
  if (product.slug === DIRECTOR_SLUG) {
    throw new TesseraError(
      'conflict',
      'The BOSH Director cannot be deleted: every other product needs it. Destroy the installation instead.',
    );
  }
  if ((await runningProducts(tx)).has(product.guid)) {
    throw new TesseraError(
      'busy',
      `${product.slug} is being applied. Wait for the installation or cancel it, then delete the product.`,
    );
  }
  const isDeployed = product.deployedVersion !== null || product.failedInstallationId !== null;
  if (isDeployed) {
    await tx.db
      .update(stagedProducts)
      .set({
        pendingDeletion: true,
        changedBy: actor.name,
        version: sql`${stagedProducts.version} + 1`,
        updatedAt: sql`now()`,
      })
      .where(eq(stagedProducts.guid, product.guid));
  } else {
    await forgetProduct(tx, vault, product.guid);
  }
  await appendAudit(tx, actor, 'product.unstaged', `product/${product.guid}`, {
    slug: product.slug,
    removed: !isDeployed,
  });
  await appendEvent(tx, 'product.changed', `product/${product.guid}`, { slug: product.slug, removed: !isDeployed });
  return { removed: !isDeployed };
}

/** Removes a product's row and all its secrets; the last step of deleting it. */
export async function forgetProduct(tx: Tx, vault: Vault, guid: string): Promise<void> {
  await tx.db.delete(stagedProducts).where(eq(stagedProducts.guid, guid));
  await vault.remove(tx, vaultFolder(guid));
}
