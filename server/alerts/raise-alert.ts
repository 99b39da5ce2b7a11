import { and, eq, sql } from 'drizzle-orm';
import { alerts } from '#db/schema/alerts.ts';
import type { Tx } from '#db/transaction.ts';
import type { AlertReport } from '#model/alert.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { runningDrill } from '#server/health/append-mark.ts';

/** Raises an alert, or counts up the open one of the same key. Answers its id. In the caller's transaction. */
export async function raiseAlert(tx: Tx, report: AlertReport): Promise<number> {
  const drillId = await runningDrill(tx, report.deployment);
  const [row] = await tx.db
    .insert(alerts)
    .values({ ...report, drillId })
    .onConflictDoUpdate({
      target: alerts.key,
      targetWhere: sql`state = 'open'`,
      set: {
        severity: report.severity,
        title: report.title,
        detail: report.detail,
        handled: report.handled,
        count: sql`${alerts.count} + 1`,
        lastAt: sql`now()`,
      },
    })
    .returning({ id: alerts.id });
  if (!row) throw new Error('insert of an alert returned no row');
  await appendEvent(tx, 'alert.changed', `alert/${row.id}`, { state: 'open', severity: report.severity });
  return row.id;
}

/** Ends the open alert of that key; none is fine. */
export async function resolveAlert(tx: Tx, key: string, detail?: string): Promise<void> {
  const rows = await tx.db
    .update(alerts)
    .set({ state: 'resolved', resolvedAt: sql`now()`, lastAt: sql`now()`, ...(detail === undefined ? {} : { detail }) })
    .where(and(eq(alerts.key, key), eq(alerts.state, 'open')))
    .returning({ id: alerts.id });
  for (const { id } of rows) await appendEvent(tx, 'alert.changed', `alert/${id}`, { state: 'resolved' });
}
