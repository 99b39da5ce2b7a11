import { boolean, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at, bytea, kept } from './columns.ts';

/** The vault: envelope-encrypted values by absolute name (`/p-bosh/<deployment>/<variable>`). `shown` is the public half (certificate PEM, identity). */
export const secrets = pgTable('secrets', {
  name: text('name').primaryKey(),
  kind: text('kind').notNull(),
  sealed: bytea('sealed').notNull(),
  shown: jsonb('shown').$type<Record<string, unknown>>().notNull().default({}),
  expiresAt: at('expires_at'),
  ...kept,
});

/** Certificates of agents: the gateway accepts a serial only while it is not revoked. */
export const certificates = pgTable(
  'certificates',
  {
    serial: text('serial').primaryKey(),
    purpose: text('purpose').notNull(),
    instanceId: uuid('instance_id'),
    commonName: text('common_name').notNull(),
    notAfter: at('not_after').notNull(),
    revokedAt: at('revoked_at'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [index('certificates_instance').on(table.instanceId)],
);

/** Leases with an owner, an end and a fencing number that only rises: director slots and locks. */
export const leases = pgTable('leases', {
  name: text('name').primaryKey(),
  owner: text('owner').notNull(),
  fencing: integer('fencing').notNull(),
  held: boolean('held').notNull().default(true),
  acquiredAt: at('acquired_at').notNull().defaultNow(),
  renewedAt: at('renewed_at').notNull().defaultNow(),
});
