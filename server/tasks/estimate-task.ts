import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Tx } from '#db/transaction.ts';
import type { TaskStageView, TaskView } from '#model/task.ts';

/** Durations of the last runs by stage title, in ms. */
export type StageHistory = { runs: number; stages: Map<string, { p50Ms: number; p95Ms: number }> };

const HISTORY_RUNS = 10;
const Row = z.object({ title: z.string(), p50: z.coerce.number(), p95: z.coerce.number(), runs: z.coerce.number() });

/** Medians over the last ten good first attempts of the same kind. */
export async function readStageHistory(tx: Tx, kind: string, exceptTask: number): Promise<StageHistory> {
  const { rows } = await tx.db.execute(sql`
    with recent as (
      select id from tasks where kind = ${kind} and state = 'succeeded' and attempt = 1 and id <> ${exceptTask} order by id desc limit ${HISTORY_RUNS}
    )
    select s.title,
           count(distinct s.task_id) as runs,
           percentile_cont(0.5) within group (order by extract(epoch from s.finished_at - s.started_at) * 1000) as p50,
           percentile_cont(0.95) within group (order by extract(epoch from s.finished_at - s.started_at) * 1000) as p95
      from task_stages s join recent on recent.id = s.task_id
     where s.finished_at is not null and s.started_at is not null
     group by s.title`);
  const parsed = rows.map((row) => Row.parse(row));
  return {
    runs: Math.max(0, ...parsed.map((row) => row.runs)),
    stages: new Map(parsed.map((row) => [row.title, { p50Ms: row.p50, p95Ms: row.p95 }])),
  };
}

/** What is left: medians of the stages still to come. Null without history: nothing is invented. */
export function estimateTask(stages: TaskStageView[], history: StageHistory): TaskView['eta'] {
  if (history.runs === 0) return null;
  const open = stages.filter((stage) => stage.state === 'waiting' || stage.state === 'running');
  const known = open.map((stage) => history.stages.get(stage.title) ?? { p50Ms: 0, p95Ms: 0 });
  return {
    p50Ms: Math.round(known.reduce((sum, stage) => sum + stage.p50Ms, 0)),
    p95Ms: Math.round(known.reduce((sum, stage) => sum + stage.p95Ms, 0)),
    runs: history.runs,
  };
}
