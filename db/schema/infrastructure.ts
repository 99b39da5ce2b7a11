import { index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** VMs as the infrastructure itself last told of them, one row each. What the platform thinks of them stands in `instances`. */
export const infrastructureVms = pgTable(
  'infrastructure_vms',
  {
    cid: text('cid').primaryKey(),
    /** Metadata that the VM carries; null where it carries none. */
    instanceId: text('instance_id'),
    deployment: text('deployment'),
    groupName: text('group_name'),
    index: integer('index'),
    az: text('az'),
    address: text('address'),
    power: text('power').notNull(),
    createdAt: at('created_at').notNull(),
    /** Since when it is as it is. */
    changedAt: at('changed_at').notNull(),
  },
  (table) => [index('infrastructure_vms_instance').on(table.instanceId)],
);
