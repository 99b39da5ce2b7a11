import { and, asc, desc, eq, inArray } from 'drizzle-orm';
import { taskStages, taskSteps, tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import { StepState, TaskKind, type TaskLaneView, type TaskStageView, TaskState, type TaskView } from '#model/task.ts';
import { TesseraError } from '#server/platform/error.ts';
import { estimateTask, readStageHistory, type StageHistory } from './estimate-task.ts';

type TaskRow = typeof tasks.$inferSelect;
type StepRow = typeof taskSteps.$inferSelect;

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

/** One task with its stages, lanes and steps; throws not_found. */
export async function readTask(tx: Tx, id: number): Promise<TaskView> {
  const [row] = await tx.db.select().from(tasks).where(eq(tasks.id, id)).limit(1);
  if (!row) throw new TesseraError('not_found', `There is no task ${id}.`);
  const stageRows = await tx.db
    .select()
    .from(taskStages)
    .where(eq(taskStages.taskId, id))
    .orderBy(asc(taskStages.seq))
    .limit(200);
  const stepRows = await tx.db
    .select()
    .from(taskSteps)
    .where(eq(taskSteps.taskId, id))
    .orderBy(asc(taskSteps.seq))
    .limit(20_000);
  const history = await readStageHistory(tx, row.kind, id);
  const stages = stageRows.map(
    (stage): TaskStageView => ({
      seq: stage.seq,
      title: stage.title,
      state: StepState.parse(stage.state),
      startedAt: iso(stage.startedAt),
      finishedAt: iso(stage.finishedAt),
      medianMs: history.stages.get(stage.title)?.p50Ms ?? null,
      lanes: lanesOf(stepRows.filter((step) => step.stage === stage.seq)),
    }),
  );
  return toView(row, stages, history);
}

/** Newest first; without stages, which lists do not show. */
export async function listTasks(
  tx: Tx,
  filter: { limit?: number; states?: TaskState[]; kinds?: TaskKind[] } = {},
): Promise<TaskView[]> {
  const rows = await tx.db
    .select()
    .from(tasks)
    .where(
      and(
        filter.states ? inArray(tasks.state, filter.states) : undefined,
        filter.kinds ? inArray(tasks.kind, filter.kinds) : undefined,
      ),
    )
    .orderBy(desc(tasks.id))
    .limit(filter.limit ?? 100);
  return rows.map((row) => toView(row, [], null));
}

function toView(row: TaskRow, stages: TaskStageView[], history: StageHistory | null): TaskView {
  const state = TaskState.parse(row.state);
  return {
    id: row.id,
    kind: TaskKind.parse(row.kind),
    subject: row.subject,
    description: row.description,
    state,
    user: row.userName,
    createdAt: row.createdAt.toISOString(),
    startedAt: iso(row.startedAt),
    finishedAt: iso(row.finishedAt),
    attempt: row.attempt,
    error: row.error,
    stages,
    eta: history && (state === 'running' || state === 'queued') ? estimateTask(stages, history) : null,
  };
}

function lanesOf(steps: StepRow[]): TaskLaneView[] {
  const lanes = new Map<string, TaskLaneView>();
  for (const step of steps) {
    const key = `${step.batch}/${step.lane}`;
    const lane = lanes.get(key) ?? { subject: step.subject, az: step.az, steps: [] };
    lanes.set(key, lane);
    lane.steps.push({
      seq: step.seq,
      kind: step.kind,
      title: step.title,
      state: StepState.parse(step.state),
      startedAt: iso(step.startedAt),
      finishedAt: iso(step.finishedAt),
      error: step.error,
    });
  }
  return [...lanes.values()];
}
