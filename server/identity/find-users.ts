import { asc, count, desc, eq, inArray, sql } from 'drizzle-orm';
import { groupMembers, groups, users } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import type { UserView } from '#model/user.ts';
import { TesseraError } from '#server/platform/error.ts';
import { type Attributes, conditionOf, orderOf, PAGE_MAX, type Page, type PageQuery } from './filter-to-sql.ts';

const ATTRIBUTES: Attributes = {
  id: { column: sql`${users.id}::text`, kind: 'text' },
  username: { column: sql`${users.userName}`, kind: 'name' },
  displayname: { column: sql`${users.userName}`, kind: 'name' },
  email: { column: sql`${users.email}`, kind: 'name' },
  emails: { column: sql`${users.email}`, kind: 'name' },
  'emails.value': { column: sql`${users.email}`, kind: 'name' },
  givenname: { column: sql`${users.givenName}`, kind: 'name' },
  'name.givenname': { column: sql`${users.givenName}`, kind: 'name' },
  familyname: { column: sql`${users.familyName}`, kind: 'name' },
  'name.familyname': { column: sql`${users.familyName}`, kind: 'name' },
  origin: { column: sql`${users.origin}`, kind: 'text' },
  // no directory is connected, so nobody has one
  externalid: { column: sql`null::text`, kind: 'text' },
  active: { column: sql`${users.active}`, kind: 'boolean' },
  verified: { column: sql`${users.verified}`, kind: 'boolean' },
  created: { column: sql`${users.createdAt}`, kind: 'time' },
  'meta.created': { column: sql`${users.createdAt}`, kind: 'time' },
  lastmodified: { column: sql`${users.updatedAt}`, kind: 'time' },
  'meta.lastmodified': { column: sql`${users.updatedAt}`, kind: 'time' },
};

type Row = typeof users.$inferSelect;

/** All users by name, for pages; at most 500. */
export async function listUsers(tx: Tx): Promise<UserView[]> {
  return (await findUsers(tx, { count: PAGE_MAX })).found;
}

/** Users that match a SCIM filter, sorted by name unless `sortBy` says else. Throws invalid_input for a bad filter. */
export async function findUsers(tx: Tx, query: PageQuery): Promise<Page<UserView>> {
  const where = conditionOf(query.filter, ATTRIBUTES);
  const order = orderOf(query.sortBy, ATTRIBUTES, sql`lower(${users.userName})`);
  const rows = await tx.db
    .select()
    .from(users)
    .where(where)
    .orderBy(query.descending ? desc(order) : asc(order), asc(users.id))
    .limit(Math.min(query.count ?? 100, PAGE_MAX))
    .offset(Math.max(0, (query.startIndex ?? 1) - 1));
  const [sum] = await tx.db.select({ total: count() }).from(users).where(where);
  return { found: await withGroups(tx, rows), total: sum?.total ?? 0 };
}

/** One user by id; throws not_found. */
export async function readUser(tx: Tx, id: string): Promise<UserView> {
  const [row] = isUuid(id) ? await tx.db.select().from(users).where(eq(users.id, id)).limit(1) : [];
  const [view] = row ? await withGroups(tx, [row]) : [];
  if (!view) throw new TesseraError('not_found', `User ${id} does not exist`);
  return view;
}

/** What stands in a path may be anything; PostgreSQL refuses to compare it with a uuid. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

async function withGroups(tx: Tx, rows: Row[]): Promise<UserView[]> {
  if (rows.length === 0) return [];
  const memberships = await tx.db
    .select({ userId: groupMembers.userId, id: groups.id, displayName: groups.displayName })
    .from(groupMembers)
    .innerJoin(groups, eq(groups.id, groupMembers.groupId))
    .where(
      inArray(
        groupMembers.userId,
        rows.map((row) => row.id),
      ),
    )
    .orderBy(asc(groups.displayName))
    .limit(PAGE_MAX * 100);
  return rows.map((row) => ({
    id: row.id,
    userName: row.userName,
    email: row.email,
    givenName: row.givenName,
    familyName: row.familyName,
    origin: row.origin,
    active: row.active,
    verified: row.verified,
    groups: memberships.filter((one) => one.userId === row.id).map(({ id, displayName }) => ({ id, displayName })),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    passwordChangedAt: row.passwordChangedAt.toISOString(),
    lastLogonAt: row.lastLogonAt?.toISOString() ?? null,
    version: row.version,
  }));
}
