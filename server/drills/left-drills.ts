import { eq, inArray } from 'drizzle-orm';
import { drills } from '#db/schema/drills.ts';
import { tasks } from '#db/schema/tasks.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Log } from '#server/platform/log.ts';
import { endDrill } from './end-drill.ts';
import type { FaultContext } from './fault-kind.ts';
import { undoFault } from './undo-fault.ts';

const LOOK_MS = 1000;
/** A task that has just ended may still be ending its drill. */
const GRACE_MS = 1000;
const TASK_ENDED = ['succeeded', 'failed', 'cancelled'];

type Surroundings = Omit<FaultContext, 'log'> & { log: Log };

/**
 * Undoes and ends drills that nobody runs any more: their task failed, was cancelled or is gone. First thing in a new director, then always.
 * Returns when the signal aborts.
 */
export async function runLeftDrills(surroundings: Surroundings): Promise<void> {
  const { clock, log, signal } = surroundings;
  while (!signal.aborted) {
    try {
      for (const left of await findLeft(surroundings)) await endLeft(surroundings, left);
    } catch (err) {
      if (!signal.aborted) log.warn({ err }, 'a drill that nobody runs could not be ended; it is tried again');
    }
    // an abort ends the wait; the loop's condition sees it
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
}

type Left = { id: number; why: string };

async function findLeft({ pool, clock }: Surroundings): Promise<Left[]> {
  const rows = await inTransaction(pool, (tx) =>
    tx.db
      .select({
        id: drills.id,
        createdAt: drills.createdAt,
        task: tasks.state,
        finishedAt: tasks.finishedAt,
        error: tasks.error,
      })
      .from(drills)
      .leftJoin(tasks, eq(drills.taskId, tasks.id))
      .where(inArray(drills.state, ['queued', 'running', 'stopping']))
      .limit(50),
  );
  const now = clock.now().getTime();
  return rows
    .filter((row) => row.task === null || TASK_ENDED.includes(row.task))
    .filter((row) => now - (row.finishedAt ?? row.createdAt).getTime() > GRACE_MS)
    .map((row) => ({ id: row.id, why: row.error ?? `its task ${row.task === null ? 'is gone' : `is ${row.task}`}.` }));
}

async function endLeft(surroundings: Surroundings, { id, why }: Left): Promise<void> {
  const context: FaultContext = {
    ...surroundings,
    log: async (line, level = 'info') => surroundings.log[level]({ drill: id }, line),
  };
  await undoFault(context, id);
  const verdict = await endDrill(context, id, `The drill did not run its course: ${why}`);
  surroundings.log.warn({ drill: id, verdict, why }, 'a drill that nobody ran was undone and ended');
}
