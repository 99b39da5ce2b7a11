import { and, eq } from 'drizzle-orm';
import { products, stagedProducts } from '#db/schema/products.ts';
import type { Tx } from '#db/transaction.ts';
import { DIRECTOR_SLUG, ProductMetadata, StagedConfiguration } from '#model/product.ts';
import { type Choices, NO_CHOICES } from '#model/property.ts';
import { TesseraError } from '#server/platform/error.ts';
import { choicesOf } from './choices.ts';

/** A staged product with its JSON columns parsed. */
export type StagedProduct = {
  guid: string;
  slug: string;
  productVersion: string;
  configuration: StagedConfiguration;
  pendingDeletion: boolean;
  deployedVersion: string | null;
  deployedConfiguration: StagedConfiguration | null;
  deployedAt: Date | null;
  deployedBy: string | null;
  failedInstallationId: number | null;
  changedBy: string;
  updatedAt: Date;
  version: number;
};

/** The staged product with this guid; `lock` holds the row until the transaction ends. Throws not_found. */
export async function readStaged(tx: Tx, guid: string, options: { lock?: boolean } = {}): Promise<StagedProduct> {
  const query = tx.db.select().from(stagedProducts).where(eq(stagedProducts.guid, guid)).limit(1);
  const [row] = await (options.lock ? query.for('update') : query);
  if (!row)
    throw new TesseraError(
      'not_found',
      `No staged product has the guid ${guid}. Add the product to the dashboard first.`,
    );
  return parseRow(row);
}

/** The staged product of a slug, null when it is not on the dashboard. */
export async function findStaged(tx: Tx, slug: string): Promise<StagedProduct | null> {
  const [row] = await tx.db.select().from(stagedProducts).where(eq(stagedProducts.slug, slug)).limit(1);
  return row ? parseRow(row) : null;
}

export async function readAllStaged(tx: Tx): Promise<StagedProduct[]> {
  const rows = await tx.db.select().from(stagedProducts).orderBy(stagedProducts.createdAt).limit(500);
  return rows.map(parseRow);
}

/** Parsed metadata by the digest of its file: a file never changes, and parsing 160 KB costs more than a page may take. */
const parsed = new Map<string, ProductMetadata>();
const PARSED_MAX = 50;

/** Metadata of an imported product; throws not_found. */
export async function readMetadataRow(tx: Tx, slug: string, version: string): Promise<ProductMetadata> {
  const key = and(eq(products.slug, slug), eq(products.productVersion, version));
  const [row] = await tx.db.select({ digest: products.digest }).from(products).where(key).limit(1);
  if (!row) {
    throw new TesseraError('not_found', `Product ${slug} ${version} is not imported. Import its product file first.`);
  }
  const name = `${slug} ${version} ${row.digest}`;
  const known = parsed.get(name);
  if (known) return known;
  const [full] = await tx.db.select({ metadata: products.metadata }).from(products).where(key).limit(1);
  const metadata = ProductMetadata.parse(full?.metadata);
  if (parsed.size >= PARSED_MAX) parsed.clear();
  parsed.set(name, metadata);
  return metadata;
}

/** What dropdowns offer: from the staged director; empty before it is staged. */
export async function readChoices(tx: Tx): Promise<Choices> {
  const director = await findStaged(tx, DIRECTOR_SLUG);
  return director ? choicesOf(director.configuration) : NO_CHOICES;
}

function parseRow(row: typeof stagedProducts.$inferSelect): StagedProduct {
  return {
    ...row,
    configuration: StagedConfiguration.parse(row.configuration),
    deployedConfiguration:
      row.deployedConfiguration === null ? null : StagedConfiguration.parse(row.deployedConfiguration),
  };
}
