import { taskLog } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { TaskLogLine } from '#model/task.ts';
import { appendEvent } from '#server/events/append-event.ts';

/** Lines of a task's log and their news. Secrets never come here: steps log names, sizes and times. */
export async function appendTaskLog(
  tx: Tx,
  taskId: number,
  lines: { subject: string; line: string; level?: TaskLogLine['level'] }[],
): Promise<void> {
  if (lines.length === 0) return;
  const rows = await tx.db
    .insert(taskLog)
    .values(lines.map((entry) => ({ taskId, subject: entry.subject, line: entry.line, level: entry.level ?? 'info' })))
    .returning({ seq: taskLog.seq });
  await appendEvent(tx, 'task.log', `task/${taskId}`, { lastSeq: rows.at(-1)?.seq ?? 0 });
}
