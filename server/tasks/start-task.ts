import { tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import type { TaskKind } from '#model/task.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { enqueueTask } from '#server/workflows/client.ts';

/** A new task and its run, in the caller's transaction. `input` holds references only. Answers the task's id. */
export async function startTask(
  tx: Tx,
  task: { kind: TaskKind; subject: string; description: string; input?: Record<string, unknown> },
  actor: Actor,
): Promise<number> {
  const [row] = await tx.db
    .insert(tasks)
    .values({
      kind: task.kind,
      subject: task.subject,
      description: task.description,
      userName: actor.name,
      input: task.input ?? {},
    })
    .returning({ id: tasks.id });
  if (!row) throw new Error('insert of a task returned no row');
  await appendEvent(tx, 'task.changed', `task/${row.id}`, { state: 'queued', kind: task.kind });
  await enqueueTask(tx, row.id, 1);
  return row.id;
}
