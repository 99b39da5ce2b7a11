import { z } from 'zod';
import type { Tx } from '#db/transaction.ts';
import { SYSTEM_ACTOR } from '#model/role.ts';
import type { TaskKind } from '#model/task.ts';
import { raiseAlert, resolveAlert } from './raise-alert.ts';

const MOST_AT_ONCE = 100;
const Failed = z.object({
  id: z.number(),
  kind: z.string(),
  subject: z.string(),
  description: z.string(),
  error: z.string().nullable(),
  deployment: z.string().nullable(),
});
const Key = z.object({ key: z.string() });

const REPAIR: TaskKind = 'repair-instance';
/** One key per thing worked on: the next run of the same kind on the same thing ends it. */
const KEY = `case when t.kind = '${REPAIR}' then 'repair:' || t.subject else 'task:' || t.kind || ':' || t.subject end`;

/**
 * Raises an alert for each deed of the platform itself that failed and was not done since, and resolves those that were. A person who starts a
 * deed watches it; nobody watches these. Reads tables only, so a director that was away catches up.
 */
export async function alertFailedTasks(tx: Tx): Promise<void> {
  const { rows } = await tx.client.query(
    `select t.id, t.kind, t.subject, t.description, t.error, i.deployment
       from (select distinct on (kind, subject) * from tasks
              where user_name = $1 and finished_at is not null order by kind, subject, id desc) t
       left join instances i on i.id::text = t.subject
      where t.state = 'failed' and t.finished_at > now() - interval '1 day'
        and not exists (select 1 from alerts a where a.key = ${KEY} and a.last_at >= t.finished_at)
      limit ${MOST_AT_ONCE}`,
    [SYSTEM_ACTOR.name],
  );
  for (const task of rows.map((row) => Failed.parse(row))) await raise(tx, task);

  const ended = await tx.client.query(
    `select a.key from alerts a
      where a.state = 'open' and a.subject like 'task/%' and (a.key like 'repair:%' or a.key like 'task:%')
        and (exists (select 1 from tasks t where ${KEY} = a.key and t.state in ('succeeded', 'cancelled') and t.finished_at > a.last_at)
          or not exists (select 1 from tasks t where ${KEY} = a.key))
      limit ${MOST_AT_ONCE}`,
  );
  for (const { key } of ended.rows.map((row) => Key.parse(row)))
    await resolveAlert(tx, key, 'A later run of the same task ended it.');
}

async function raise(tx: Tx, task: z.infer<typeof Failed>): Promise<void> {
  const isRepair = task.kind === REPAIR;
  const next = isRepair
    ? 'Tessera tries again every few seconds; look at the task for what spoils it.'
    : 'Look at the task, mend what spoiled it and press Retry there.';
  await raiseAlert(tx, {
    key: isRepair ? `repair:${task.subject}` : `task:${task.kind}:${task.subject}`,
    severity: 'error',
    category: isRepair ? 'repair' : 'task',
    subject: `task/${task.id}`,
    deployment: task.deployment,
    title: `${task.description} failed`,
    detail: `${task.error ?? 'The task gave no reason'}. ${next}`,
    handled: isRepair,
  });
}
