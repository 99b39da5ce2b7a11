import { and, eq, inArray, sql } from 'drizzle-orm';
import { instances } from '#db/schema/deployments.ts';
import { taskSteps, tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import { SYSTEM_ACTOR } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { startTask } from '#server/tasks/start-task.ts';

const ACTIVE = ['queued', 'running', 'cancelling'];

/**
 * Asks for the repair of an instance whose VM is dead, unless it is not wanted running or a task is at work on it: a VM in use by a running
 * apply is not fought over. Answers the task's id, or null when nothing was asked.
 */
export async function requestRepair(tx: Tx, instanceId: string, reason: string): Promise<number | null> {
  const [row] = await tx.db.select().from(instances).where(eq(instances.id, instanceId)).limit(1).for('update');
  if (row?.wanted !== 'started') return null;
  const busy = await tx.db
    .select({ id: tasks.id })
    .from(tasks)
    .innerJoin(taskSteps, eq(taskSteps.taskId, tasks.id))
    .where(and(inArray(tasks.state, ACTIVE), sql`${taskSteps.input}->>'instance' = ${instanceId}`))
    .limit(1);
  const repairing = await tx.db
    .select({ id: tasks.id })
    .from(tasks)
    .where(and(inArray(tasks.state, ACTIVE), eq(tasks.kind, 'repair-instance'), eq(tasks.subject, instanceId)))
    .limit(1);
  if (busy.length > 0 || repairing.length > 0) return null;
  const name = `${row.groupName}/${row.index}`;
  const taskId = await startTask(
    tx,
    { kind: 'repair-instance', subject: instanceId, description: `Repair ${name} of ${row.deployment}: ${reason}` },
    SYSTEM_ACTOR,
  );
  await appendAudit(tx, SYSTEM_ACTOR, 'repair', `instance/${instanceId}`, { name, deployment: row.deployment, reason });
  return taskId;
}
