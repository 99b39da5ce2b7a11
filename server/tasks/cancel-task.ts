import { eq, sql } from 'drizzle-orm';
import { tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import { canTask, TaskState } from '#model/task.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { TesseraError } from '#server/platform/error.ts';

/** Asks a task to stop after the steps that run now; what is done stays done, and a retry goes on from there. */
export async function cancelTask(tx: Tx, id: number, actor: Actor): Promise<void> {
  const [row] = await tx.db.select().from(tasks).where(eq(tasks.id, id)).limit(1).for('update');
  if (!row) throw new TesseraError('not_found', `There is no task ${id}.`);
  if (!canTask.cancel(TaskState.parse(row.state))) {
    throw new TesseraError('conflict', `Task ${id} is ${row.state}; only a queued or running task can be cancelled.`);
  }
  await tx.db.update(tasks).set({ state: 'cancelling', cancelRequestedAt: sql`now()` }).where(eq(tasks.id, id));
  await appendAudit(tx, actor, 'cancel', `task/${id}`);
  await appendEvent(tx, 'task.changed', `task/${id}`, { state: 'cancelling' });
}
