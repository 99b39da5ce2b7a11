import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, serial, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { at, kept } from './columns.ts';

export const alerts = pgTable(
  'alerts',
  {
    id: serial('id').primaryKey(),
    key: text('key').notNull(),
    severity: text('severity').notNull(),
    category: text('category').notNull(),
    subject: text('subject').notNull(),
    deployment: text('deployment'),
    title: text('title').notNull(),
    detail: text('detail').notNull(),
    handled: boolean('handled').notNull(),
    state: text('state').notNull().default('open'),
    count: integer('count').notNull().default(1),
    /** When it was raised lately, newest last: what flap damping counts. */
    raisedAt: jsonb('raised_at').$type<string[]>().notNull().default([]),
    flapping: boolean('flapping').notNull().default(false),
    openedAt: at('opened_at').notNull().defaultNow(),
    lastAt: at('last_at').notNull().defaultNow(),
    resolvedAt: at('resolved_at'),
    acknowledgedBy: text('acknowledged_by'),
    acknowledgedAt: at('acknowledged_at'),
    mutedUntil: at('muted_until'),
    /** News was held back while it was muted: told when the mute ends and it is still open. */
    held: boolean('held').notNull().default(false),
    drillId: integer('drill_id'),
  },
  (table) => [
    // one open alert a key
    uniqueIndex('alerts_open').on(table.key).where(sql`state = 'open'`),
    index('alerts_last').on(table.lastAt),
  ],
);

/** Where alerts go; `config` is model/channel.ts, secrets lie in the vault. */
export const channels = pgTable('channels', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull().unique(),
  enabled: boolean('enabled').notNull().default(true),
  config: jsonb('config').notNull(),
  minimumSeverity: text('minimum_severity').notNull(),
  deployments: jsonb('deployments').$type<string[]>().notNull().default([]),
  drills: boolean('drills').notNull().default(true),
  /** Which form of which tile made it (`p-bosh/e-mail`); null = a person. */
  managedBy: text('managed_by').unique(),
  ...kept,
});

/** Outbox of notifications: written with the alert, sent by the director, tried again until `attempts` is spent. */
export const deliveries = pgTable(
  'deliveries',
  {
    id: serial('id').primaryKey(),
    channelId: uuid('channel_id')
      .notNull()
      .references(() => channels.id, { onDelete: 'cascade' }),
    alertId: integer('alert_id').references(() => alerts.id, { onDelete: 'cascade' }),
    news: text('news').notNull(),
    title: text('title').notNull(),
    /** News of server/notify/news.ts: what is sent, as it was when it happened. */
    payload: jsonb('payload').notNull().default({}),
    state: text('state').notNull().default('waiting'),
    attempts: integer('attempts').notNull().default(0),
    receipt: text('receipt'),
    nextAt: at('next_at').defaultNow(),
    createdAt: at('created_at').notNull().defaultNow(),
    deliveredAt: at('delivered_at'),
    drillId: integer('drill_id'),
  },
  (table) => [index('deliveries_due').on(table.state, table.nextAt), index('deliveries_alert').on(table.alertId)],
);
