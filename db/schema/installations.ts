import { integer, jsonb, pgTable, primaryKey, serial, text } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';
import { tasks } from './tasks.ts';

/** One run of Apply changes. */
export const installations = pgTable('installations', {
  id: serial('id').primaryKey(),
  taskId: integer('task_id')
    .notNull()
    .references(() => tasks.id),
  userName: text('user_name').notNull(),
  /** Errands switched for this run only: guid → errand → on. */
  errands: jsonb('errands').$type<Record<string, Record<string, boolean>>>().notNull().default({}),
  createdAt: at('created_at').notNull().defaultNow(),
});

/** The revision of each product that a run applies, frozen when it was asked for; edits meanwhile belong to the next run. */
export const installationProducts = pgTable(
  'installation_products',
  {
    installationId: integer('installation_id')
      .notNull()
      .references(() => installations.id, { onDelete: 'cascade' }),
    guid: text('guid').notNull(),
    slug: text('slug').notNull(),
    label: text('label').notNull(),
    action: text('action').notNull(),
    productVersion: text('product_version').notNull(),
    configuration: jsonb('configuration').notNull(),
    state: text('state').notNull().default('pending'),
  },
  (table) => [primaryKey({ columns: [table.installationId, table.guid] })],
);
