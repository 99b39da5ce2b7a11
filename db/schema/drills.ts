import { boolean, index, integer, jsonb, pgTable, primaryKey, serial, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

export const drills = pgTable(
  'drills',
  {
    id: serial('id').primaryKey(),
    kind: text('kind').notNull(),
    clusterUuid: uuid('cluster_uuid').notNull(),
    clusterName: text('cluster_name').notNull(),
    deployment: text('deployment').notNull(),
    victim: jsonb('victim').notNull(),
    probes: jsonb('probes').notNull(),
    objectives: jsonb('objectives').notNull(),
    /** What the preview said: who is hit, quorum. */
    preview: jsonb('preview').notNull(),
    state: text('state').notNull().default('queued'),
    verdict: text('verdict'),
    summary: text('summary').notNull().default(''),
    userName: text('user_name').notNull(),
    reason: text('reason').notNull().default(''),
    taskId: integer('task_id'),
    createdAt: at('created_at').notNull().defaultNow(),
    injectedAt: at('injected_at'),
    stopRequestedAt: at('stop_requested_at'),
    /** The undo on the victim acts by itself then. */
    undoAt: at('undo_at'),
    undone: boolean('undone').notNull().default(false),
    endedAt: at('ended_at'),
    /** What the injection must know to undo itself (pid, rules, VM). */
    injected: jsonb('injected').$type<Record<string, unknown>>().notNull().default({}),
    times: jsonb('times').$type<Record<string, number | null>>().notNull().default({}),
    figures: jsonb('figures').notNull().default([]),
    report: jsonb('report'),
  },
  (table) => [index('drills_state').on(table.state), index('drills_cluster').on(table.clusterUuid)],
);

/** Answers of one probe in one second: `[ms since the second, latency ms, 0 ok | 1 slow | 2 fail]`. */
export const drillSamples = pgTable(
  'drill_samples',
  {
    drillId: integer('drill_id')
      .notNull()
      .references(() => drills.id, { onDelete: 'cascade' }),
    probe: text('probe').notNull(),
    second: at('second').notNull(),
    answers: jsonb('answers').$type<[number, number, number][]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.drillId, table.probe, table.second] })],
);
