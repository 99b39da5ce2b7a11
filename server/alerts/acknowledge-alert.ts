import { eq, sql } from 'drizzle-orm';
import { alerts } from '#db/schema/alerts.ts';
import type { Tx } from '#db/transaction.ts';
import { canAlert } from '#model/alert.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { appendMark } from '#server/health/append-mark.ts';
import { authorize } from '#server/identity/authorize.ts';
import { enqueueNews } from '#server/notify/enqueue-news.ts';
import { TesseraError } from '#server/platform/error.ts';
import { readAlertRow, toAlertView } from './alert-rows.ts';

/** The actor takes the alert: others see that somebody is on it. Throws not_found, conflict when it is resolved or taken. */
export async function acknowledgeAlert(tx: Tx, id: number, actor: Actor): Promise<void> {
  authorize(actor, 'acknowledge-alert');
  const before = await readAlertRow(tx, id);
  if (!canAlert.acknowledge(toAlertView(before, null))) {
    const why = before.state === 'open' ? `${before.acknowledgedBy} took it already` : 'it is resolved';
    throw new TesseraError('conflict', `Alert ${id} cannot be taken: ${why}.`);
  }
  const [row] = await tx.db
    .update(alerts)
    .set({ acknowledgedBy: actor.name, acknowledgedAt: sql`now()` })
    .where(eq(alerts.id, id))
    .returning();
  if (!row) throw new Error(`alert ${id} is gone while its row is locked`);
  await enqueueNews(tx, row, 'acknowledged');
  await appendMark(tx, {
    lane: 'alert',
    phase: 'note',
    deployment: row.deployment,
    subject: `alert/${id}`,
    title: `Taken by ${actor.name}: ${row.title}`,
    ...(row.drillId === null ? {} : { drillId: row.drillId }),
  });
  await appendAudit(tx, actor, 'acknowledge-alert', `alert/${id}`, { title: row.title });
  await appendEvent(tx, 'alert.changed', `alert/${id}`, { acknowledgedBy: actor.name });
}
