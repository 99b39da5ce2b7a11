import { eq, sql } from 'drizzle-orm';
import { stagedProducts } from '#db/schema/products.ts';
import type { Tx } from '#db/transaction.ts';
import { DIRECTOR_SLUG, StagedConfiguration } from '#model/product.ts';
import type { Actor } from '#model/role.ts';
import { SYSTEM_ACTOR } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { TesseraError } from '#server/platform/error.ts';
import { newGuid } from '#server/platform/ids.ts';
import type { Vault } from '#server/platform/vault.ts';
import { type Defaults, directorDefaults, fillDefaults } from './fill-defaults.ts';
import { generateSecrets } from './generate-secrets.ts';
import { findStaged, readChoices, readMetadataRow, type StagedProduct } from './product-row.ts';
import { versionOrder } from './version-order.ts';

/**
 * Puts an imported product on the dashboard, or moves it to another version: its values stay, new fields get their defaults, secrets that
 * nobody types are generated. Staging the staged version again changes nothing. Throws not_found, vault_locked, conflict (a version older than the deployed one).
 */
export async function stageProduct(
  tx: Tx,
  vault: Vault,
  input: { slug: string; productVersion: string; defaults?: Defaults },
  actor: Actor,
): Promise<{ guid: string }> {
  const metadata = await readMetadataRow(tx, input.slug, input.productVersion);
  const staged = await findStaged(tx, input.slug);
  if (staged?.productVersion === input.productVersion && !staged.pendingDeletion) return { guid: staged.guid };
  if (staged) refuseDowngrade(staged, input.productVersion);
  const guid = staged?.guid ?? newGuid(input.slug);
  const filled = fillDefaults(
    metadata,
    staged?.configuration ?? StagedConfiguration.parse({}),
    await readChoices(tx),
    input.defaults,
  );
  const configuration = await generateSecrets(tx, vault, guid, metadata, filled);
  const values = { productVersion: input.productVersion, configuration, pendingDeletion: false, changedBy: actor.name };
  if (staged) {
    await tx.db
      .update(stagedProducts)
      .set({ ...values, version: sql`${stagedProducts.version} + 1`, updatedAt: sql`now()` })
      .where(eq(stagedProducts.guid, guid));
  } else {
    await tx.db.insert(stagedProducts).values({ guid, slug: input.slug, ...values });
  }
  await appendAudit(tx, actor, 'product.staged', `product/${guid}`, {
    slug: input.slug,
    version: input.productVersion,
  });
  await appendEvent(tx, 'product.changed', `product/${guid}`, {
    slug: input.slug,
    stagedVersion: input.productVersion,
  });
  return { guid };
}

/** Stages the director tile with this installation's network, once; called when the vault opens. Answers its guid. */
export async function stageDirector(
  tx: Tx,
  vault: Vault,
  input: { productVersion: string; subnet: { cidr: string; gateway: string } },
): Promise<{ guid: string }> {
  return stageProduct(
    tx,
    vault,
    { slug: DIRECTOR_SLUG, productVersion: input.productVersion, defaults: directorDefaults(input.subnet) },
    SYSTEM_ACTOR,
  );
}

function refuseDowngrade(staged: StagedProduct, version: string): void {
  if (staged.deployedVersion === null || versionOrder(version, staged.deployedVersion) >= 0) return;
  throw new TesseraError(
    'conflict',
    `${staged.slug} ${version} is older than the installed ${staged.deployedVersion}. Stage ${staged.deployedVersion} or a newer version.`,
  );
}
