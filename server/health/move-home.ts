import { z } from 'zod';
import type { Tx } from '#db/transaction.ts';
import { SYSTEM_ACTOR } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { startTask } from '#server/tasks/start-task.ts';
import { findWork } from './request-repair.ts';

/** After a move that failed. */
const PAUSE = '5 minutes';

const Row = z.object({ id: z.string(), deployment: z.string(), name: z.string(), home_az: z.string(), az: z.string() });

/**
 * Sends the next instance home that runs in another AZ because its own was down, if that is up now and nobody else is on the way. What sits
 * where it belongs is not touched. Answers the task's id, null when there is nothing to do.
 */
export async function moveNextHome(tx: Tx, azsUp: readonly string[]): Promise<number | null> {
  const { rows } = await tx.client.query(
    `select i.id, i.deployment, i.group_name || '/' || i.index as name, i.home_az, i.az from instances i
      where i.home_az <> i.az and i.home_az = any($1::text[]) and i.wanted = 'started' and i.job_state = 'running' and i.vm_health = 'alive'
        and not exists (select 1 from tasks t where t.kind = 'move-home' and (t.state in ('queued', 'running', 'cancelling')
              or t.subject = i.id::text and t.state = 'failed' and t.finished_at > now() - $2::interval))
        -- a deployment that misses somebody can spare nobody
        and not exists (select 1 from instances o where o.deployment = i.deployment and o.wanted = 'started' and o.vm_health in ('dead', 'hung'))
      order by i.deployment, i.group_name, i.index limit 1`,
    [azsUp, PAUSE],
  );
  const row = rows.map((one) => Row.parse(one))[0];
  if (!row || (await findWork(tx, row.id)) !== null) return null;
  const taskId = await startTask(
    tx,
    {
      kind: 'move-home',
      subject: row.id,
      description: `Move ${row.name} of ${row.deployment} home from ${row.az} to ${row.home_az}`,
    },
    SYSTEM_ACTOR,
  );
  const detail = { name: row.name, deployment: row.deployment, from: row.az, to: row.home_az };
  await appendAudit(tx, SYSTEM_ACTOR, 'move-home', `instance/${row.id}`, detail);
  return taskId;
}
