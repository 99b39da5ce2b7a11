import { and, eq, inArray, ne, or, sql } from 'drizzle-orm';
import { deployments, instances } from '#db/schema/deployments.ts';
import { taskSteps, tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { InstanceAction } from '#model/deployment.ts';
import { quorumOf } from '#model/quorum.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { authorize } from '#server/identity/authorize.ts';
import { TesseraError } from '#server/platform/error.ts';
import { startTask } from '#server/tasks/start-task.ts';

export type ChangeInstanceRequest = {
  instance: string;
  action: InstanceAction;
  /** Do it although a cluster loses its quorum by it; a recreated single master without its disk then begins empty. */
  force?: boolean;
};

const COSTS_QUORUM: readonly InstanceAction[] = ['power-off', 'restart', 'recreate', 'stop'];
/** What the infrastructure's own tools would do as well, whoever else is at work. */
const POWER: readonly InstanceAction[] = ['power-off', 'power-on'];
const ACTIVE = ['queued', 'running', 'cancelling'];
const SICK = ['dead', 'hung'];

/**
 * Changes power or life of one instance, as a task. Audited. Throws forbidden, not_found, busy while another task is at work on it (not for
 * power), and quorum_at_risk where a cluster would be left without its quorum, unless `force`.
 */
export async function changeInstance(
  tx: Tx,
  request: ChangeInstanceRequest,
  actor: Actor,
): Promise<{ taskId: number }> {
  authorize(actor, 'use-infrastructure');
  const { action, force = false } = request;
  const [found] = await tx.db
    .select({ row: instances, clusterUuid: deployments.clusterUuid })
    .from(instances)
    .innerJoin(deployments, eq(deployments.name, instances.deployment))
    .where(eq(instances.id, request.instance))
    .limit(1)
    .for('update', { of: instances });
  if (!found) throw new TesseraError('not_found', `Instance ${request.instance} is gone.`);
  const { row } = found;
  const name = `${row.groupName}/${row.index}`;
  if (!POWER.includes(action)) await refuseIfBusy(tx, row.id, name);
  const isMaster = found.clusterUuid !== null && row.groupName === 'master';
  if (isMaster && !force && COSTS_QUORUM.includes(action)) await refuseBelowQuorum(tx, row, action);
  const taskId = await startTask(
    tx,
    {
      kind: 'change-instance',
      subject: row.id,
      description: `${SENTENCES[action]} ${name} of ${row.deployment}`,
      input: { action, anew: action === 'recreate' && force },
    },
    actor,
  );
  await appendAudit(tx, actor, action, `instance/${row.id}`, { name, deployment: row.deployment, force });
  return { taskId };
}

const SENTENCES: Record<InstanceAction, string> = {
  'power-off': 'Power off',
  'power-on': 'Power on',
  restart: 'Restart',
  recreate: 'Recreate',
  stop: 'Stop',
  start: 'Start',
};

async function refuseIfBusy(tx: Tx, instance: string, name: string): Promise<void> {
  const [busy] = await tx.db
    .select({ id: tasks.id, description: tasks.description })
    .from(tasks)
    .leftJoin(taskSteps, eq(taskSteps.taskId, tasks.id))
    .where(
      and(
        inArray(tasks.state, ACTIVE),
        or(eq(tasks.subject, instance), sql`${taskSteps.input}->>'instance' = ${instance}`),
      ),
    )
    .limit(1);
  if (!busy) return;
  throw new TesseraError(
    'busy',
    `Task ${busy.id} (${busy.description}) is at work on ${name}. Wait for it or cancel it.`,
  );
}

async function refuseBelowQuorum(tx: Tx, row: typeof instances.$inferSelect, action: InstanceAction): Promise<void> {
  const others = await tx.db
    .select({ jobState: instances.jobState, vmHealth: instances.vmHealth, vmCid: instances.vmCid })
    .from(instances)
    .where(and(eq(instances.deployment, row.deployment), eq(instances.groupName, 'master'), ne(instances.id, row.id)))
    .limit(5);
  const running = others.filter(
    (other) => other.vmCid !== null && other.jobState === 'running' && !SICK.includes(other.vmHealth),
  ).length;
  const quorum = quorumOf(running, others.length + 1);
  if (quorum.isHeld) return;
  throw new TesseraError(
    'quorum_at_risk',
    `Without master/${row.index} ${quorum.running} of ${quorum.total} masters of ${row.deployment} would run and ${quorum.needed} are needed: the cluster's API would stop. Bring the other masters back first, or force the ${action}.`,
  );
}
