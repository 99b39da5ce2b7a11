import { and, eq, isNull, ne } from 'drizzle-orm';
import { clusters } from '#db/schema/clusters.ts';
import { installationProducts, installations } from '#db/schema/installations.ts';
import { stagedProducts } from '#db/schema/products.ts';
import { taskStages, tasks } from '#db/schema/tasks.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import { TaskKind } from '#model/task.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { noteSampleTask } from '#server/samples/note-sample.ts';
import { appendTaskLog } from '#server/tasks/append-task-log.ts';
import type { WorkflowDependencies } from './plan-task.ts';

type Noter = Pick<WorkflowDependencies, 'pool' | 'clock'>;
type TaskRow = typeof tasks.$inferSelect;

/** The run has begun. Idempotent: a recovered run says it again. */
export async function beginTask({ pool, clock }: Noter, taskId: number, attempt: number): Promise<void> {
  await inTransaction(pool, async (tx) => {
    const [task] = await tx.db
      .update(tasks)
      .set({ startedAt: clock.now() })
      .where(and(eq(tasks.id, taskId), isNull(tasks.startedAt)))
      .returning();
    await tx.db
      .update(tasks)
      .set({ state: 'running' })
      .where(and(eq(tasks.id, taskId), eq(tasks.state, 'queued')));
    const row = task ?? (await readRow(tx, taskId));
    await noteSubject(tx, row, 'in progress', '');
    await appendTaskLog(tx, taskId, [
      { subject: row.description, line: attempt === 1 ? `started by ${row.userName}` : `attempt ${attempt}` },
    ]);
    await appendEvent(tx, 'task.changed', `task/${taskId}`, { state: 'running' });
  });
}

export async function beginStage({ pool, clock }: Noter, taskId: number, seq: number): Promise<void> {
  await inTransaction(pool, async (tx) => {
    const changed = await tx.db
      .update(taskStages)
      .set({ state: 'running', startedAt: clock.now() })
      .where(and(eq(taskStages.taskId, taskId), eq(taskStages.seq, seq), ne(taskStages.state, 'done')))
      .returning({ title: taskStages.title });
    const title = changed[0]?.title;
    if (!title) return;
    await noteSubject(tx, await readRow(tx, taskId), 'in progress', title);
    await appendEvent(tx, 'task.changed', `task/${taskId}`, { stage: seq, stageState: 'running' });
  });
}

export async function endStage({ pool, clock }: Noter, taskId: number, seq: number): Promise<void> {
  await inTransaction(pool, async (tx) => {
    await tx.db
      .update(taskStages)
      .set({ state: 'done', finishedAt: clock.now() })
      .where(and(eq(taskStages.taskId, taskId), eq(taskStages.seq, seq), ne(taskStages.state, 'done')));
    await appendEvent(tx, 'task.changed', `task/${taskId}`, { stage: seq, stageState: 'done' });
  });
}

/** The run has ended; the subject (cluster, installation, stemcell) hears how. */
export async function finishTask(
  { pool, clock }: Noter,
  taskId: number,
  outcome: 'succeeded' | 'failed' | 'cancelled',
  errors: string[],
): Promise<void> {
  await inTransaction(pool, async (tx) => {
    const cancelled = outcome !== 'succeeded' && (await readRow(tx, taskId)).cancelRequestedAt !== null;
    const state = cancelled ? 'cancelled' : outcome;
    const error = errors.length > 0 ? errors.join('; ') : null;
    await tx.db.update(tasks).set({ state, error, finishedAt: clock.now() }).where(eq(tasks.id, taskId));
    if (state !== 'succeeded') {
      await tx.db
        .update(taskStages)
        .set({ state: 'failed', finishedAt: clock.now() })
        .where(and(eq(taskStages.taskId, taskId), eq(taskStages.state, 'running')));
    }
    const row = await readRow(tx, taskId);
    if (state !== 'succeeded') await noteSubject(tx, row, 'failed', error ?? 'cancelled');
    await appendTaskLog(tx, taskId, [
      {
        subject: row.description,
        line: error ? `${state}: ${error}` : state,
        level: state === 'failed' ? 'error' : 'info',
      },
    ]);
    await appendEvent(tx, 'task.changed', `task/${taskId}`, { state });
    if (row.kind === 'apply-changes')
      await appendEvent(tx, 'installation.changed', `installation/${row.subject}`, { state });
  });
}

async function readRow(tx: Tx, taskId: number): Promise<TaskRow> {
  const [row] = await tx.db.select().from(tasks).where(eq(tasks.id, taskId)).limit(1);
  if (!row) throw new Error(`task ${taskId} is gone`);
  return row;
}

/** PKS words of the running action, as its CLI shows them. */
const ACTION_NOUN = {
  'create-cluster': 'provisioning',
  'resize-cluster': 'update',
  'delete-cluster': 'deletion',
} as const;

async function noteSubject(tx: Tx, task: TaskRow, state: 'in progress' | 'failed', text: string): Promise<void> {
  const kind = TaskKind.parse(task.kind);
  if (kind === 'create-cluster' || kind === 'resize-cluster' || kind === 'delete-cluster') {
    const words = `Instance ${ACTION_NOUN[kind]} ${state}`;
    const lastActionDescription = text ? `${words}: ${text}` : words;
    await tx.db
      .update(clusters)
      .set({ lastActionState: state, lastActionDescription })
      .where(eq(clusters.uuid, task.subject));
    await appendEvent(tx, 'cluster.changed', `cluster/${task.subject}`, {
      lastActionState: state,
      lastActionDescription,
    });
  }
  if (kind === 'deploy-sample' || kind === 'remove-sample')
    await noteSampleTask(tx, { kind, subject: task.subject, input: task.input }, state);
  if (kind === 'apply-changes' && state === 'failed') await noteFailedProducts(tx, task);
}

async function noteFailedProducts(tx: Tx, task: TaskRow): Promise<void> {
  const [installation] = await tx.db
    .select({ id: installations.id })
    .from(installations)
    .where(eq(installations.taskId, task.id))
    .limit(1);
  if (!installation) return;
  const failed = await tx.db
    .update(installationProducts)
    .set({ state: 'failed' })
    .where(and(eq(installationProducts.installationId, installation.id), ne(installationProducts.state, 'successful')))
    .returning({ guid: installationProducts.guid });
  for (const { guid } of failed) {
    await tx.db
      .update(stagedProducts)
      .set({ failedInstallationId: installation.id })
      .where(eq(stagedProducts.guid, guid));
    await appendEvent(tx, 'product.changed', `product/${guid}`, {});
  }
}
