import { and, eq, ne } from 'drizzle-orm';
import { taskStages, taskSteps, tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import { canTask, TaskState } from '#model/task.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { TesseraError } from '#server/platform/error.ts';
import { enqueueTask } from '#server/workflows/client.ts';

/** Runs a failed or cancelled task again from the step that failed: the plan stays, steps that are done are not repeated. */
export async function retryTask(tx: Tx, id: number, actor: Actor): Promise<void> {
  const [row] = await tx.db.select().from(tasks).where(eq(tasks.id, id)).limit(1).for('update');
  if (!row) throw new TesseraError('not_found', `There is no task ${id}.`);
  if (!canTask.retry(TaskState.parse(row.state))) {
    throw new TesseraError('conflict', `Task ${id} is ${row.state}; only a failed or cancelled task can be retried.`);
  }
  const attempt = row.attempt + 1;
  await tx.db
    .update(tasks)
    .set({ state: 'queued', attempt, error: null, cancelRequestedAt: null, finishedAt: null })
    .where(eq(tasks.id, id));
  const again = { state: 'waiting', startedAt: null, finishedAt: null };
  await tx.db
    .update(taskSteps)
    .set({ ...again, error: null })
    .where(and(eq(taskSteps.taskId, id), ne(taskSteps.state, 'done')));
  await tx.db
    .update(taskStages)
    .set(again)
    .where(and(eq(taskStages.taskId, id), ne(taskStages.state, 'done')));
  await appendAudit(tx, actor, 'retry', `task/${id}`, { attempt });
  await appendEvent(tx, 'task.changed', `task/${id}`, { state: 'queued', attempt });
  await enqueueTask(tx, id, attempt);
}
