import { and, eq, inArray, ne, sql } from 'drizzle-orm';
import { instances } from '#db/schema/deployments.ts';
import { taskSteps, tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import { resurrects } from '#model/health.ts';
import { SYSTEM_ACTOR } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { startTask } from '#server/tasks/start-task.ts';
import { readResurrection } from './health-settings.ts';

const ACTIVE = ['queued', 'running', 'cancelling'];

/**
 * Asks for the repair of an instance whose VM is dead, unless it is not wanted running, repair is off for it (as of now, whatever a loop read
 * before) or a task is at work on it: a VM in use by a running apply is not fought over. With `toAz` it is repaired there; with `vmCid` only
 * if that is its VM still, or it has none. Answers the task's id, or null when nothing was asked.
 */
export async function requestRepair(
  tx: Tx,
  instanceId: string,
  reason: string,
  { toAz = null, vmCid }: { toAz?: string | null; vmCid?: string | null } = {},
): Promise<number | null> {
  const [row] = await tx.db.select().from(instances).where(eq(instances.id, instanceId)).limit(1).for('update');
  if (row?.wanted !== 'started') return null;
  if (vmCid !== undefined && row.vmCid !== null && row.vmCid !== vmCid) return null;
  if (!resurrects(await readResurrection(tx), row.deployment)) return null;
  if ((await findWork(tx, instanceId)) !== null) return null;
  const name = `${row.groupName}/${row.index}`;
  const where = toAz === null ? '' : ` in ${toAz}`;
  const taskId = await startTask(
    tx,
    {
      kind: 'repair-instance',
      subject: instanceId,
      description: `Repair ${name} of ${row.deployment}${where}: ${reason}`,
      ...(toAz === null ? {} : { input: { toAz } }),
    },
    SYSTEM_ACTOR,
  );
  await appendAudit(tx, SYSTEM_ACTOR, 'repair', `instance/${instanceId}`, {
    name,
    deployment: row.deployment,
    reason,
    ...(toAz === null ? {} : { toAz }),
  });
  return taskId;
}

/** A task that has still to do, or does now, something to an instance. */
export type Work = { taskId: number; description: string; isNow: boolean };

/** Null when no active task has any step left for the instance: what such a task is done with, heals like everything else. */
export async function findWork(tx: Tx, instanceId: string): Promise<Work | null> {
  const [step] = await tx.db
    .select({
      taskId: tasks.id,
      description: tasks.description,
      isNow: sql<boolean>`bool_or(${taskSteps.state} = 'running')`,
    })
    .from(tasks)
    .innerJoin(taskSteps, eq(taskSteps.taskId, tasks.id))
    .where(
      and(
        inArray(tasks.state, ACTIVE),
        // a drill's victim is to be healed as if nobody had known
        ne(tasks.kind, 'run-drill'),
        inArray(taskSteps.state, ['running', 'waiting']),
        sql`${taskSteps.input}->>'instance' = ${instanceId}`,
      ),
    )
    .groupBy(tasks.id)
    .orderBy(sql`bool_or(${taskSteps.state} = 'running') desc`)
    .limit(1);
  if (step) return step;
  // a task about this instance alone, that has no plan yet
  const [whole] = await tx.db
    .select({ taskId: tasks.id, description: tasks.description })
    .from(tasks)
    .where(
      and(
        inArray(tasks.state, ACTIVE),
        inArray(tasks.kind, ['repair-instance', 'move-home', 'change-instance']),
        eq(tasks.subject, instanceId),
      ),
    )
    .limit(1);
  return whole ? { ...whole, isNow: false } : null;
}
