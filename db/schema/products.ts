import { bigint, boolean, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at, kept } from './columns.ts';

/** Imported product files: what can be staged. `metadata` is the parsed metadata.yml; the file lies at `path`. */
export const products = pgTable(
  'products',
  {
    slug: text('slug').notNull(),
    productVersion: text('product_version').notNull(),
    label: text('label').notNull(),
    digest: text('digest').notNull(),
    /** Name of the signing key; null = unsigned. */
    signer: text('signer'),
    metadata: jsonb('metadata').notNull(),
    path: text('path').notNull(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    importedBy: text('imported_by').notNull(),
    importedAt: at('imported_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.slug, table.productVersion] })],
);

/** Products on the dashboard. `configuration` is the staged state; `deployed*` what the last successful installation used. */
export const stagedProducts = pgTable('staged_products', {
  guid: text('guid').primaryKey(),
  slug: text('slug').notNull().unique(),
  productVersion: text('product_version').notNull(),
  /** StagedConfiguration of model/product.ts; secrets are references. */
  configuration: jsonb('configuration').notNull(),
  pendingDeletion: boolean('pending_deletion').notNull().default(false),
  deployedVersion: text('deployed_version'),
  deployedConfiguration: jsonb('deployed_configuration'),
  deployedAt: at('deployed_at'),
  deployedBy: text('deployed_by'),
  /** Installation whose failure this product carries until it succeeds. */
  failedInstallationId: integer('failed_installation_id'),
  changedBy: text('changed_by').notNull(),
  ...kept,
});
