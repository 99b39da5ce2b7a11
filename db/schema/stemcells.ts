import { jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { at, kept } from './columns.ts';

export const stemcells = pgTable('stemcells', {
  /** `<os>/<version>` */
  name: text('name').primaryKey(),
  os: text('os').notNull(),
  stemcellVersion: text('stemcell_version').notNull(),
  state: text('state').notNull(),
  /** Folder in the cache, and the CPI's id once imported. */
  path: text('path'),
  cid: text('cid'),
  manifest: jsonb('manifest'),
  builtAt: at('built_at'),
  ...kept,
});
