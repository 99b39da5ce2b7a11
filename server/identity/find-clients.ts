import { and, asc, count, desc, eq, sql } from 'drizzle-orm';
import { clients } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import type { ClientView, Issuer } from '#model/user.ts';
import { TesseraError } from '#server/platform/error.ts';
import { type Attributes, conditionOf, orderOf, PAGE_MAX, type Page, type PageQuery } from './filter-to-sql.ts';

const ATTRIBUTES: Attributes = {
  client_id: { column: sql`${clients.clientId}`, kind: 'text' },
  name: { column: sql`${clients.name}`, kind: 'name' },
  lastmodified: { column: sql`${clients.updatedAt}`, kind: 'time' },
};

/** Clients of one issuer, by id; never with their secrets. */
export async function findClients(tx: Tx, issuer: Issuer, query: PageQuery): Promise<Page<ClientView>> {
  const where = and(eq(clients.issuer, issuer), conditionOf(query.filter, ATTRIBUTES));
  const order = orderOf(query.sortBy, ATTRIBUTES, sql`${clients.clientId}`);
  const rows = await tx.db
    .select()
    .from(clients)
    .where(where)
    .orderBy(query.descending ? desc(order) : asc(order))
    .limit(Math.min(query.count ?? 100, PAGE_MAX))
    .offset(Math.max(0, (query.startIndex ?? 1) - 1));
  const [sum] = await tx.db.select({ total: count() }).from(clients).where(where);
  return { found: rows.map(viewOf), total: sum?.total ?? 0 };
}

/** One client; throws not_found. */
export async function readClient(tx: Tx, issuer: Issuer, clientId: string): Promise<ClientView> {
  const [row] = await tx.db
    .select()
    .from(clients)
    .where(and(eq(clients.issuer, issuer), eq(clients.clientId, clientId)))
    .limit(1);
  if (!row) throw new TesseraError('not_found', `No client with requested id: ${clientId}`);
  return viewOf(row);
}

function viewOf(row: typeof clients.$inferSelect): ClientView {
  return {
    clientId: row.clientId,
    name: row.name,
    grantTypes: row.grantTypes,
    scopes: row.scopes,
    authorities: row.authorities,
    redirectUris: row.redirectUris,
    autoapprove: row.autoapprove,
    accessTokenSeconds: row.accessTokenSeconds,
    refreshTokenSeconds: row.refreshTokenSeconds,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
