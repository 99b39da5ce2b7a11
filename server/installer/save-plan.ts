import { asc, eq } from 'drizzle-orm';
import { taskStages, taskSteps } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { ChangePlan } from '#model/change.ts';
import { appendEvent } from '#server/events/append-event.ts';

/** A saved plan by step numbers: stages → batches → lanes → seq. Small enough to be a workflow step's result. */
export type PlanOutline = { seq: number; batches: number[][][] }[];

/** Saves the plan of a task as rows (once; a retry keeps the plan it has) and answers its outline. */
export async function savePlan(tx: Tx, taskId: number, plan: () => Promise<ChangePlan>): Promise<PlanOutline> {
  const known = await readOutline(tx, taskId);
  if (known.length > 0) return known;
  const { stages } = await plan();
  let seq = 0;
  for (const [stageIndex, stage] of stages.entries()) {
    await tx.db.insert(taskStages).values({ taskId, seq: stageIndex, title: stage.title });
    const rows = stage.batches.flatMap((lanes, batch) =>
      lanes.flatMap((lane, laneIndex) =>
        lane.steps.map((step) => ({
          taskId,
          seq: seq++,
          stage: stageIndex,
          batch,
          lane: laneIndex,
          subject: lane.subject,
          az: lane.az,
          kind: step.kind,
          title: step.title,
          input: step.input,
        })),
      ),
    );
    if (rows.length > 0) await tx.db.insert(taskSteps).values(rows);
  }
  await appendEvent(tx, 'task.changed', `task/${taskId}`, { planned: true });
  return readOutline(tx, taskId);
}

async function readOutline(tx: Tx, taskId: number): Promise<PlanOutline> {
  const stages = await tx.db
    .select({ seq: taskStages.seq })
    .from(taskStages)
    .where(eq(taskStages.taskId, taskId))
    .orderBy(asc(taskStages.seq))
    .limit(500);
  const rows = await tx.db
    .select({ seq: taskSteps.seq, stage: taskSteps.stage, batch: taskSteps.batch, lane: taskSteps.lane })
    .from(taskSteps)
    .where(eq(taskSteps.taskId, taskId))
    .orderBy(asc(taskSteps.seq))
    .limit(50_000);
  return stages.map(({ seq }) => {
    const batches: number[][][] = [];
    for (const row of rows.filter((candidate) => candidate.stage === seq)) {
      const lanes = batches[row.batch] ?? [];
      batches[row.batch] = lanes;
      lanes[row.lane] = [...(lanes[row.lane] ?? []), row.seq];
    }
    return { seq, batches };
  });
}
