import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { at, kept } from './columns.ts';

export const deployments = pgTable('deployments', {
  name: text('name').primaryKey(),
  /** Staged product that owns it (Apply changes), or null for a cluster. */
  productGuid: text('product_guid'),
  clusterUuid: uuid('cluster_uuid'),
  /** Manifest of model/manifest.ts: references, no secrets. */
  manifest: jsonb('manifest').notNull(),
  ...kept,
});

export const instances = pgTable(
  'instances',
  {
    id: uuid('id').primaryKey(),
    deployment: text('deployment')
      .notNull()
      .references(() => deployments.name),
    groupName: text('group_name').notNull(),
    index: integer('index').notNull(),
    az: text('az').notNull(),
    network: text('network').notNull(),
    address: text('address').notNull(),
    vmType: text('vm_type').notNull(),
    bootstrap: boolean('bootstrap').notNull().default(false),
    /** Wanted: started, stopped (VM kept) or detached (VM gone, disk kept). */
    wanted: text('wanted').notNull().default('started'),
    stemcell: text('stemcell').notNull(),
    /** MiB; 0 = none. */
    persistentDisk: integer('persistent_disk').notNull().default(0),
    vmCid: text('vm_cid'),
    diskCid: text('disk_cid'),
    /** Digest of the jobs the agent last said it applied, and of those it should have. */
    appliedDigest: text('applied_digest'),
    wantedDigest: text('wanted_digest'),
    jobState: text('job_state').notNull().default('unknown'),
    processes: jsonb('processes').notNull().default([]),
    vitals: jsonb('vitals'),
    lastHeardAt: at('last_heard_at'),
    /** What the detector holds of its VM, since when and why; model/health.ts. */
    vmHealth: text('vm_health').notNull().default('unknown'),
    vmHealthSince: at('vm_health_since'),
    vmHealthReason: text('vm_health_reason').notNull().default(''),
    vmCreatedAt: at('vm_created_at'),
    /** The AZ it belongs to while it runs in another one because that is down. */
    homeAz: text('home_az'),
    /** When its jobs first ran on its persistent disk: from then on an empty disk is a loss, not a beginning. */
    seededAt: at('seeded_at'),
    ...kept,
  },
  (table) => [
    uniqueIndex('instances_place').on(table.deployment, table.groupName, table.index),
    index('instances_vm').on(table.vmCid),
  ],
);

/** Addresses in use; `owner` is `instance/<id>` or `<deployment>/<name>`. */
export const ipAddresses = pgTable(
  'ip_addresses',
  {
    network: text('network').notNull(),
    address: text('address').notNull(),
    owner: text('owner').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.network, table.address] }), index('ip_addresses_owner').on(table.owner)],
);

export const disks = pgTable('disks', {
  cid: text('cid').primaryKey(),
  instanceId: uuid('instance_id'),
  sizeMib: integer('size_mib').notNull(),
  az: text('az').notNull(),
  orphanedAt: at('orphaned_at'),
  createdAt: at('created_at').notNull().defaultNow(),
});
