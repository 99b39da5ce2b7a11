import { asc, count, desc, eq, inArray, sql } from 'drizzle-orm';
import { groupMembers, groups } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import type { GroupView } from '#model/user.ts';
import { TesseraError } from '#server/platform/error.ts';
import { type Attributes, conditionOf, orderOf, PAGE_MAX, type Page, type PageQuery } from './filter-to-sql.ts';
import { isUuid } from './find-users.ts';

const ATTRIBUTES: Attributes = {
  id: { column: sql`${groups.id}::text`, kind: 'text' },
  displayname: { column: sql`${groups.displayName}`, kind: 'name' },
  description: { column: sql`${groups.description}`, kind: 'name' },
  created: { column: sql`${groups.createdAt}`, kind: 'time' },
  'meta.created': { column: sql`${groups.createdAt}`, kind: 'time' },
  lastmodified: { column: sql`${groups.updatedAt}`, kind: 'time' },
  'meta.lastmodified': { column: sql`${groups.updatedAt}`, kind: 'time' },
};

type Row = typeof groups.$inferSelect;

/** All groups by name, for pages; at most 500. */
export async function listGroups(tx: Tx): Promise<GroupView[]> {
  return (await findGroups(tx, { count: PAGE_MAX })).found;
}

export async function findGroups(tx: Tx, query: PageQuery): Promise<Page<GroupView>> {
  const where = conditionOf(query.filter, ATTRIBUTES);
  const order = orderOf(query.sortBy, ATTRIBUTES, sql`${groups.displayName}`);
  const rows = await tx.db
    .select()
    .from(groups)
    .where(where)
    .orderBy(query.descending ? desc(order) : asc(order), asc(groups.id))
    .limit(Math.min(query.count ?? 100, PAGE_MAX))
    .offset(Math.max(0, (query.startIndex ?? 1) - 1));
  const [sum] = await tx.db.select({ total: count() }).from(groups).where(where);
  return { found: await withMembers(tx, rows), total: sum?.total ?? 0 };
}

/** One group by id; throws not_found. */
export async function readGroup(tx: Tx, id: string): Promise<GroupView> {
  const [row] = isUuid(id) ? await tx.db.select().from(groups).where(eq(groups.id, id)).limit(1) : [];
  const [view] = row ? await withMembers(tx, [row]) : [];
  if (!view) throw new TesseraError('not_found', `Group ${id} does not exist`);
  return view;
}

async function withMembers(tx: Tx, rows: Row[]): Promise<GroupView[]> {
  if (rows.length === 0) return [];
  const members = await tx.db
    .select()
    .from(groupMembers)
    .where(
      inArray(
        groupMembers.groupId,
        rows.map((row) => row.id),
      ),
    )
    .limit(PAGE_MAX * 100);
  return rows.map((row) => ({
    id: row.id,
    displayName: row.displayName,
    description: row.description,
    members: members.filter((one) => one.groupId === row.id).map((one) => one.userId),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    version: row.version,
  }));
}
