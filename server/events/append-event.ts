import { events } from '#db/schema/events.ts';
import type { Tx } from '#db/transaction.ts';
import type { EventType } from '#model/event.ts';
import { wakeListeners } from './notifier.ts';

/** One row of news in the caller's transaction. `subject` is `<noun>/<id>`; `data` is a small patch, never a secret. */
export async function appendEvent(
  tx: Tx,
  type: EventType,
  subject: string,
  data: Record<string, unknown> = {},
): Promise<void> {
  await tx.db.insert(events).values({ type, subject, data });
  tx.afterCommit(() => wakeListeners(tx.pool));
}
