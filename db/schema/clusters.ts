import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { kept } from './columns.ts';

export const clusters = pgTable('clusters', {
  uuid: uuid('uuid').primaryKey(),
  name: text('name').notNull(),
  /** `normaliseClusterName(name)`: what must be unique. */
  normalisedName: text('normalised_name').notNull().unique(),
  planName: text('plan_name').notNull(),
  externalHostname: text('external_hostname').notNull(),
  port: integer('port').notNull(),
  masterAddress: text('master_address'),
  masterInstances: integer('master_instances').notNull(),
  workerInstances: integer('worker_instances').notNull(),
  owner: text('owner').notNull(),
  kubernetesVersion: text('kubernetes_version').notNull(),
  lastAction: text('last_action').notNull(),
  lastActionState: text('last_action_state').notNull(),
  lastActionDescription: text('last_action_description').notNull(),
  taskId: integer('task_id'),
  ...kept,
});
