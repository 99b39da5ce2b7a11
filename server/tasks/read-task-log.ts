import { and, asc, eq, gt } from 'drizzle-orm';
import { taskLog } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { TaskLogLine } from '#model/task.ts';

const LEVELS: Record<string, TaskLogLine['level']> = { info: 'info', warn: 'warn', error: 'error' };

/** Lines after `after` (a seq; 0 = from the start), oldest first, at most `limit`. */
export async function readTaskLog(
  tx: Tx,
  taskId: number,
  page: { after: number; limit: number },
): Promise<TaskLogLine[]> {
  const rows = await tx.db
    .select()
    .from(taskLog)
    .where(and(eq(taskLog.taskId, taskId), gt(taskLog.seq, page.after)))
    .orderBy(asc(taskLog.seq))
    .limit(page.limit);
  return rows.map((row) => ({
    seq: row.seq,
    at: row.at.toISOString(),
    level: LEVELS[row.level] ?? 'info',
    subject: row.subject,
    line: row.line,
  }));
}
