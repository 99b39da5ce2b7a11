import { inArray } from 'drizzle-orm';
import { secrets } from '#db/schema/secrets.ts';
import type { Tx } from '#db/transaction.ts';
import { allFields, findBlueprint, formsOf } from '#model/form.ts';
import { CREDENTIAL_LEAVES, isCredential, secretName } from '#model/property.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Vault } from '#server/platform/vault.ts';
import { generatedBlueprints, labelOfCredential } from './generate-secrets.ts';
import { findStaged, readMetadataRow, readStaged, type StagedProduct } from './product-row.ts';
import { secretNamesIn } from './secret-leaves.ts';

/** A row of the Credentials tab; the value itself comes by reveal only. */
export type CredentialView = { reference: string; job: string; name: string; type: string; setAt: string | null };

/** Credentials of a staged product that are set, generated ones first. */
export async function listCredentials(tx: Tx, input: { guid: string }): Promise<CredentialView[]> {
  const product = await readStaged(tx, input.guid);
  const metadata = await readMetadataRow(tx, product.slug, product.productVersion);
  const typed = formsOf(metadata)
    .flatMap(allFields)
    .filter((field) => isCredential(field.blueprint.type))
    .map((field) => ({ reference: field.reference, blueprint: field.blueprint }));
  const rows = [...generatedBlueprints(metadata), ...typed].filter(
    ({ reference }) => secretNamesIn(product.configuration.properties[reference]).size > 0,
  );
  const names = rows.flatMap(({ reference }) => [...secretNamesIn(product.configuration.properties[reference])]);
  const dates = await datesOf(tx, names);
  return rows.map(({ reference, blueprint }) => {
    const [name = ''] = secretNamesIn(product.configuration.properties[reference]);
    const [, root = ''] = reference.split('.');
    return {
      reference,
      job:
        root === 'properties' ? metadata.label : (metadata.job_types.find((job) => job.name === root)?.label ?? root),
      name: labelOfCredential(reference),
      type: blueprint.type,
      setAt: dates.get(name) ?? null,
    };
  });
}

/** The plain value of a credential, in om's shape (`{secret}`, `{identity, password}`…); audited with the actor's name. Throws not_found, vault_locked. */
export async function revealCredential(
  tx: Tx,
  vault: Vault,
  input: { guid: string; reference: string },
  actor: Actor,
): Promise<{ type: string; value: Record<string, string> }> {
  const product = await readStaged(tx, input.guid);
  const revealed = await openCredential(tx, vault, product, input.reference);
  await appendAudit(tx, actor, 'credential.revealed', `product/${product.guid}`, {
    slug: product.slug,
    reference: input.reference,
  });
  return revealed;
}

/**
 * A credential of a product by its slug, for the platform itself (not audited): `.properties.pks_uaa_management_admin_client` of the
 * Container Service is the secret of the UAA client `admin`. Throws not_found before the product is staged.
 */
export async function readProductSecret(
  tx: Tx,
  vault: Vault,
  slug: string,
  reference: string,
): Promise<Record<string, string>> {
  const product = await findStaged(tx, slug);
  if (!product) throw new TesseraError('not_found', `${slug} is not staged. Add it on the dashboard first.`);
  return (await openCredential(tx, vault, product, reference)).value;
}

async function openCredential(
  tx: Tx,
  vault: Vault,
  product: StagedProduct,
  reference: string,
): Promise<{ type: string; value: Record<string, string> }> {
  const metadata = await readMetadataRow(tx, product.slug, product.productVersion);
  const found = findBlueprint(metadata, reference);
  const stored = product.configuration.properties[reference];
  if (!found || !isCredential(found.blueprint.type) || typeof stored !== 'object' || stored === null) {
    throw new TesseraError(
      'not_found',
      `${metadata.label} has no credential ${reference} that is set. The Credentials tab lists those there are.`,
    );
  }
  const parts: Record<string, unknown> = { ...stored };
  const value: Record<string, string> = {};
  for (const leaf of CREDENTIAL_LEAVES[found.blueprint.type] ?? []) {
    const name = secretName(parts[leaf]);
    if (name !== null) value[leaf] = await vault.read(tx, name);
    else if (typeof parts[leaf] === 'string') value[leaf] = parts[leaf];
  }
  return { type: found.blueprint.type, value };
}

async function datesOf(tx: Tx, names: string[]): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const rows = await tx.db
    .select({ name: secrets.name, updatedAt: secrets.updatedAt })
    .from(secrets)
    .where(inArray(secrets.name, names))
    .limit(names.length);
  return new Map(rows.map((row) => [row.name, row.updatedAt.toISOString()]));
}
