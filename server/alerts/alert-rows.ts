import { desc, eq, sql } from 'drizzle-orm';
import { alerts } from '#db/schema/alerts.ts';
import type { Tx } from '#db/transaction.ts';
import { AlertCategory, AlertState, type AlertView, Severity } from '#model/alert.ts';
import { TesseraError } from '#server/platform/error.ts';

export type AlertRow = typeof alerts.$inferSelect;

/** A row as pages and CLI show it. */
export function toAlertView(row: AlertRow, cluster: string | null): AlertView {
  return {
    id: row.id,
    severity: Severity.parse(row.severity),
    category: AlertCategory.parse(row.category),
    subject: row.subject,
    deployment: row.deployment,
    cluster,
    title: row.title,
    detail: row.detail,
    handled: row.handled,
    state: AlertState.parse(row.state),
    count: row.count,
    flapping: row.flapping,
    openedAt: row.openedAt.toISOString(),
    lastAt: row.lastAt.toISOString(),
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
    acknowledgedBy: row.acknowledgedBy,
    acknowledgedAt: row.acknowledgedAt?.toISOString() ?? null,
    mutedUntil: row.mutedUntil?.toISOString() ?? null,
    drillId: row.drillId,
  };
}

/** The newest alert of a key, open or not. Until the transaction ends nobody else raises or resolves that key. */
export async function lockNewest(tx: Tx, key: string): Promise<AlertRow | null> {
  await tx.db.execute(sql`select pg_advisory_xact_lock(hashtext('alert'), hashtext(${key}))`);
  const [row] = await tx.db.select().from(alerts).where(eq(alerts.key, key)).orderBy(desc(alerts.id)).limit(1);
  return row ?? null;
}

/** The alert, its row locked; throws not_found. */
export async function readAlertRow(tx: Tx, id: number): Promise<AlertRow> {
  const [row] = await tx.db.select().from(alerts).where(eq(alerts.id, id)).limit(1).for('update');
  if (!row) throw new TesseraError('not_found', `There is no alert ${id}; alerts are kept for 90 days.`);
  return row;
}
