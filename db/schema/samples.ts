import { integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { kept } from './columns.ts';

/** Sample applications deployed on clusters. */
export const samples = pgTable(
  'samples',
  {
    clusterUuid: uuid('cluster_uuid').notNull(),
    sample: text('sample').notNull(),
    state: text('state').notNull(),
    taskId: integer('task_id'),
    /** Node port of its Service. */
    nodePort: integer('node_port'),
    detail: jsonb('detail').$type<Record<string, unknown>>().notNull().default({}),
    ...kept,
  },
  (table) => [primaryKey({ columns: [table.clusterUuid, table.sample] })],
);
