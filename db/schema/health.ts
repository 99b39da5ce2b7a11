import { index, integer, jsonb, pgTable, primaryKey, real, serial, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** Faults and their ends, one row each; see model/health.ts. */
export const recoveries = pgTable(
  'recoveries',
  {
    id: serial('id').primaryKey(),
    layer: text('layer').notNull(),
    deployment: text('deployment'),
    subject: text('subject').notNull(),
    title: text('title').notNull(),
    cause: text('cause').notNull(),
    beganAt: at('began_at').notNull(),
    detectedAt: at('detected_at'),
    actedAt: at('acted_at'),
    recoveredAt: at('recovered_at'),
    taskId: integer('task_id'),
    drillId: integer('drill_id'),
  },
  (table) => [index('recoveries_layer').on(table.layer, table.beganAt), index('recoveries_subject').on(table.subject)],
);

/** Points of the time axis; pruned after 14 days. */
export const marks = pgTable(
  'marks',
  {
    id: serial('id').primaryKey(),
    at: at('at').notNull().defaultNow(),
    lane: text('lane').notNull(),
    phase: text('phase').notNull(),
    deployment: text('deployment'),
    subject: text('subject').notNull(),
    title: text('title').notNull(),
    drillId: integer('drill_id'),
    data: jsonb('data').$type<Record<string, unknown>>().notNull().default({}),
  },
  (table) => [
    index('marks_deployment').on(table.deployment, table.at),
    index('marks_drill').on(table.drillId),
    index('marks_at').on(table.at),
  ],
);

/** State of AZs as the detector last decided. */
export const azStates = pgTable('az_states', {
  name: text('name').primaryKey(),
  state: text('state').notNull(),
  reason: text('reason').notNull().default(''),
  since: at('since').notNull().defaultNow(),
  /** `on` or `off` as the infrastructure said; null where it has no switch for an AZ. */
  power: text('power'),
});

/** Vitals over time, one point in 30 s; pruned after an hour. Per cents. */
export const vitalsPoints = pgTable(
  'vitals_points',
  {
    instanceId: uuid('instance_id').notNull(),
    at: at('at').notNull(),
    cpuPercent: real('cpu_percent').notNull(),
    memoryPercent: real('memory_percent').notNull(),
  },
  (table) => [primaryKey({ columns: [table.instanceId, table.at] }), index('vitals_points_at').on(table.at)],
);

/** What the watcher of a cluster last saw: nodes, pods, workloads, services of model/workload.ts. */
export const workloads = pgTable('workloads', {
  deployment: text('deployment').primaryKey(),
  heardAt: at('heard_at'),
  problem: text('problem'),
  seen: jsonb('seen').notNull(),
});
