import { and, eq, isNotNull, lte, sql } from 'drizzle-orm';
import { alerts } from '#db/schema/alerts.ts';
import type { Tx } from '#db/transaction.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { enqueueNews } from '#server/notify/enqueue-news.ts';
import { lockNewest } from './alert-rows.ts';

/** Neither raised nor resolved for so long = calm. */
const CALM = '10 minutes';
const MOST_AT_ONCE = 100;

/** Alerts that came and went and are calm now: their sum is told once. Answers how many. */
export async function tellCalm(tx: Tx): Promise<number> {
  const rows = await tx.db
    .select()
    .from(alerts)
    .where(
      and(
        eq(alerts.flapping, true),
        sql`greatest(${alerts.openedAt}, ${alerts.resolvedAt}) < now() - ${CALM}::interval`,
      ),
    )
    .limit(MOST_AT_ONCE);
  for (const { id, key } of rows) {
    await lockNewest(tx, key);
    const [row] = await tx.db
      .update(alerts)
      .set({ flapping: false, raisedAt: [] })
      .where(and(eq(alerts.id, id), eq(alerts.flapping, true)))
      .returning();
    if (!row) continue;
    await enqueueNews(tx, row, 'calm');
    await appendEvent(tx, 'alert.changed', `alert/${id}`, { flapping: false });
  }
  return rows.length;
}

/** Mutes that have ended: what was held back and is still open is told now. Answers how many. */
export async function endMutes(tx: Tx): Promise<number> {
  const rows = await tx.db
    .select()
    .from(alerts)
    .where(and(isNotNull(alerts.mutedUntil), lte(alerts.mutedUntil, sql`now()`)))
    .limit(MOST_AT_ONCE)
    .for('update');
  for (const row of rows) {
    await tx.db.update(alerts).set({ mutedUntil: null, held: false }).where(eq(alerts.id, row.id));
    if (row.held && row.state === 'open') await enqueueNews(tx, row, 'raised');
    await appendEvent(tx, 'alert.changed', `alert/${row.id}`, { muted: false });
  }
  return rows.length;
}
