import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { at, kept } from './columns.ts';

export const users = pgTable(
  'users',
  {
    id: uuid('id').primaryKey(),
    userName: text('user_name').notNull(),
    email: text('email').notNull(),
    givenName: text('given_name').notNull().default(''),
    familyName: text('family_name').notNull().default(''),
    passwordHash: text('password_hash').notNull(),
    origin: text('origin').notNull().default('uaa'),
    active: boolean('active').notNull().default(true),
    verified: boolean('verified').notNull().default(true),
    passwordChangedAt: at('password_changed_at').notNull().defaultNow(),
    lastLogonAt: at('last_logon_at'),
    ...kept,
  },
  (table) => [uniqueIndex('users_user_name').on(sql`lower(${table.userName})`)],
);

export const groups = pgTable('groups', {
  id: uuid('id').primaryKey(),
  displayName: text('display_name').notNull().unique(),
  description: text('description').notNull().default(''),
  ...kept,
});

export const groupMembers = pgTable(
  'group_members',
  {
    groupId: uuid('group_id')
      .notNull()
      .references(() => groups.id, { onDelete: 'cascade' }),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
  },
  (table) => [primaryKey({ columns: [table.groupId, table.userId] }), index('group_members_user').on(table.userId)],
);

/** OAuth clients; one row per issuer (opsman, director, pks), each with its own keys and audience. */
export const clients = pgTable(
  'clients',
  {
    issuer: text('issuer').notNull(),
    clientId: text('client_id').notNull(),
    /** argon2id; empty string = public client with an empty secret. */
    secretHash: text('secret_hash').notNull(),
    name: text('name').notNull().default(''),
    grantTypes: jsonb('grant_types').$type<string[]>().notNull(),
    scopes: jsonb('scopes').$type<string[]>().notNull(),
    authorities: jsonb('authorities').$type<string[]>().notNull(),
    redirectUris: jsonb('redirect_uris').$type<string[]>().notNull().default([]),
    autoapprove: jsonb('autoapprove').$type<string[] | boolean>().notNull().default(true),
    accessTokenSeconds: integer('access_token_seconds').notNull().default(600),
    refreshTokenSeconds: integer('refresh_token_seconds').notNull().default(21600),
    createdBy: text('created_by').notNull().default('tessera'),
    ...kept,
  },
  (table) => [primaryKey({ columns: [table.issuer, table.clientId] })],
);

/** Token signing keys; the private half lies in `secrets` under `/uaa/<issuer>/<kid>`. */
export const signingKeys = pgTable('signing_keys', {
  kid: text('kid').primaryKey(),
  issuer: text('issuer').notNull(),
  publicPem: text('public_pem').notNull(),
  active: boolean('active').notNull().default(true),
  createdAt: at('created_at').notNull().defaultNow(),
});

export const refreshTokens = pgTable('refresh_tokens', {
  /** SHA-256 of the token. */
  hash: text('hash').primaryKey(),
  issuer: text('issuer').notNull(),
  clientId: text('client_id').notNull(),
  userId: uuid('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
  scopes: jsonb('scopes').$type<string[]>().notNull(),
  expiresAt: at('expires_at').notNull(),
  createdAt: at('created_at').notNull().defaultNow(),
});

/** Console sessions; the cookie holds a random token, the row its SHA-256. */
export const sessions = pgTable('sessions', {
  hash: text('hash').primaryKey(),
  userId: uuid('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
  csrf: text('csrf').notNull(),
  expiresAt: at('expires_at').notNull(),
  lastSeenAt: at('last_seen_at').notNull().defaultNow(),
  createdAt: at('created_at').notNull().defaultNow(),
});

/** Failed log-ins by user name and by address; throttles guessing. */
export const logInFailures = pgTable('log_in_failures', {
  key: text('key').primaryKey(),
  failures: integer('failures').notNull(),
  blockedUntil: at('blocked_until').notNull(),
});
