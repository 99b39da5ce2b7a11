import { and, eq } from 'drizzle-orm';
import type { Pool } from 'pg';
import { isDatabaseDown } from '#db/is-database-down.ts';
import { taskSteps, tasks } from '#db/schema/tasks.ts';
import { inTransaction } from '#db/transaction.ts';
import { StepKind } from '#model/change.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { asTesseraError, causeChain, TesseraError } from '#server/platform/error.ts';
import { appendTaskLog } from '#server/tasks/append-task-log.ts';
import { outlastEngine } from './outlast-engine.ts';
import type { StepContext } from './step.ts';
import { steps } from './steps.ts';

const CANCEL_LOOK_MS = 500;

/** Runs one step of a task, notes its beginning, end and error in its row, and tells the watchers. A step that is done is skipped. */
export async function runStep(
  context: Omit<StepContext, 'log' | 'taskId'>,
  taskId: number,
  seq: number,
): Promise<void> {
  const row = await begin(context, taskId, seq);
  if (!row) return;
  const step = steps[StepKind.parse(row.kind)];
  const log: StepContext['log'] = (line, level = 'info') =>
    inTransaction(context.pool, (tx) => appendTaskLog(tx, taskId, [{ subject: row.subject, line, level }]));
  const cancel = new AbortController();
  const done = new AbortController();
  const watching = step.interruptible ? watchForCancel(context, taskId, cancel, done.signal) : Promise.resolve();
  try {
    const signal = AbortSignal.any([context.signal, cancel.signal]);
    await outlastEngine({ clock: context.clock, log, signal }, () =>
      step.run({ ...context, taskId, log, signal }, row.input),
    );
    await end(context, taskId, seq, { state: 'done', error: null });
  } catch (thrown) {
    // the director is stopping: the step is not failed, the next director runs it again
    if (context.signal.aborted) throw thrown;
    // PostgreSQL is away: nothing can be noted; the engine tries the step again when it is back
    if (isDatabaseDown(thrown)) throw thrown;
    const error = asTesseraError(cancel.signal.aborted ? cancel.signal.reason : thrown);
    const sentence = causeChain(error);
    await end(context, taskId, seq, { state: 'failed', error: sentence });
    await log(sentence, 'error');
    throw new TesseraError(error.code, `${row.title}: ${error.message}`, { cause: thrown });
  } finally {
    done.abort();
    await watching;
  }
}

async function begin(context: Pick<StepContext, 'pool' | 'clock'>, taskId: number, seq: number) {
  return inTransaction(context.pool, async (tx) => {
    const key = and(eq(taskSteps.taskId, taskId), eq(taskSteps.seq, seq));
    const [row] = await tx.db.select().from(taskSteps).where(key).limit(1).for('update');
    if (!row) throw new Error(`task ${taskId} has no step ${seq}`);
    if (row.state === 'done') return null;
    await tx.db
      .update(taskSteps)
      .set({ state: 'running', startedAt: context.clock.now(), finishedAt: null, error: null })
      .where(key);
    await appendEvent(tx, 'task.step', `task/${taskId}`, { seq, state: 'running' });
    return row;
  });
}

async function end(
  context: Pick<StepContext, 'pool' | 'clock'>,
  taskId: number,
  seq: number,
  result: { state: 'done' | 'failed'; error: string | null },
): Promise<void> {
  await inTransaction(context.pool, async (tx) => {
    await tx.db
      .update(taskSteps)
      .set({ ...result, finishedAt: context.clock.now() })
      .where(and(eq(taskSteps.taskId, taskId), eq(taskSteps.seq, seq)));
    await appendEvent(tx, 'task.step', `task/${taskId}`, { seq, ...result });
  });
}

/** True when somebody asked this task to stop. */
export async function isCancelRequested(pool: Pool, taskId: number): Promise<boolean> {
  return inTransaction(pool, async (tx) => {
    const [row] = await tx.db.select({ at: tasks.cancelRequestedAt }).from(tasks).where(eq(tasks.id, taskId)).limit(1);
    return row?.at != null;
  });
}

async function watchForCancel(
  context: Pick<StepContext, 'pool' | 'clock'>,
  taskId: number,
  cancel: AbortController,
  done: AbortSignal,
): Promise<void> {
  while (!done.aborted) {
    // the sleep is cut short when the step ends; that rejection is the plan
    await context.clock.sleep(CANCEL_LOOK_MS, done).catch(() => undefined);
    if (done.aborted) return;
    // a database that is away for a moment must not end the watch
    const asked = await isCancelRequested(context.pool, taskId).catch(() => false);
    if (asked) {
      cancel.abort(new TesseraError('cancelled', 'Cancelled on request. Retry goes on from here.'));
      return;
    }
  }
}
