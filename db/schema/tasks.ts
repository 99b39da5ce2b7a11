import { bigserial, index, integer, jsonb, pgTable, primaryKey, serial, text } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** Everything long: a run with stages, steps and log lines. */
export const tasks = pgTable(
  'tasks',
  {
    id: serial('id').primaryKey(),
    kind: text('kind').notNull(),
    /** What it is about: cluster uuid, installation id, stemcell name, instance id. */
    subject: text('subject').notNull(),
    description: text('description').notNull(),
    state: text('state').notNull().default('queued'),
    userName: text('user_name').notNull(),
    attempt: integer('attempt').notNull().default(1),
    /** Input of the workflow: references only, no secrets. */
    input: jsonb('input').$type<Record<string, unknown>>().notNull().default({}),
    error: text('error'),
    cancelRequestedAt: at('cancel_requested_at'),
    createdAt: at('created_at').notNull().defaultNow(),
    startedAt: at('started_at'),
    finishedAt: at('finished_at'),
  },
  (table) => [index('tasks_subject').on(table.kind, table.subject), index('tasks_state').on(table.state)],
);

export const taskStages = pgTable(
  'task_stages',
  {
    taskId: integer('task_id')
      .notNull()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    seq: integer('seq').notNull(),
    title: text('title').notNull(),
    state: text('state').notNull().default('waiting'),
    startedAt: at('started_at'),
    finishedAt: at('finished_at'),
  },
  (table) => [primaryKey({ columns: [table.taskId, table.seq] })],
);

export const taskSteps = pgTable(
  'task_steps',
  {
    taskId: integer('task_id')
      .notNull()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    /** Rises over the whole task. */
    seq: integer('seq').notNull(),
    stage: integer('stage').notNull(),
    batch: integer('batch').notNull(),
    lane: integer('lane').notNull(),
    subject: text('subject').notNull(),
    az: text('az'),
    kind: text('kind').notNull(),
    title: text('title').notNull(),
    input: jsonb('input').$type<Record<string, unknown>>().notNull(),
    state: text('state').notNull().default('waiting'),
    startedAt: at('started_at'),
    finishedAt: at('finished_at'),
    error: text('error'),
  },
  (table) => [primaryKey({ columns: [table.taskId, table.seq] })],
);

export const taskLog = pgTable(
  'task_log',
  {
    seq: bigserial('seq', { mode: 'number' }).primaryKey(),
    taskId: integer('task_id')
      .notNull()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    at: at('at').notNull().defaultNow(),
    level: text('level').notNull().default('info'),
    subject: text('subject').notNull(),
    line: text('line').notNull(),
  },
  (table) => [index('task_log_task').on(table.taskId, table.seq)],
);
