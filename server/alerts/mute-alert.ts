import { eq, sql } from 'drizzle-orm';
import { alerts } from '#db/schema/alerts.ts';
import type { Tx } from '#db/transaction.ts';
import { canAlert } from '#model/alert.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { authorize } from '#server/identity/authorize.ts';
import { TesseraError } from '#server/platform/error.ts';
import { readAlertRow, toAlertView } from './alert-rows.ts';

/**
 * Keeps an open alert from the channels for `minutes`; null ends a mute at once. It stays on the page, and that it is resolved is told to whom
 * its begin was told. What was held back is told by the alert loop when the mute ends. Throws not_found, conflict when it is resolved.
 */
export async function muteAlert(tx: Tx, id: number, minutes: number | null, actor: Actor): Promise<void> {
  authorize(actor, 'acknowledge-alert');
  const before = await readAlertRow(tx, id);
  if (!canAlert.mute(toAlertView(before, null)))
    throw new TesseraError('conflict', `Alert ${id} cannot be muted: it is resolved.`);
  // an end that has just passed, so that the loop tells what was held back as after any other mute
  const until = minutes === null ? sql`now()` : sql`now() + make_interval(mins => ${minutes}::int)`;
  const mutedUntil = minutes === null && before.mutedUntil === null ? null : until;
  await tx.db.update(alerts).set({ mutedUntil }).where(eq(alerts.id, id));
  await appendAudit(tx, actor, minutes === null ? 'unmute-alert' : 'mute-alert', `alert/${id}`, {
    title: before.title,
    ...(minutes === null ? {} : { minutes }),
  });
  await appendEvent(tx, 'alert.changed', `alert/${id}`, { muted: minutes !== null });
}
