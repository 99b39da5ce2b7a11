import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { stemcells } from '#db/schema/stemcells.ts';
import { tasks } from '#db/schema/tasks.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import { SYSTEM_ACTOR } from '#model/role.ts';
import { TesseraError } from '#server/platform/error.ts';
import { startTask } from '#server/tasks/start-task.ts';
import { defineStep, type StepContext } from '../step.ts';

const LOOK_MS = 1000;
const SAY_EVERY = 15;

type Progress = { state: 'ready' | 'building' | 'failed'; taskId: number | null; error: string | null };

/** Waits until the stemcell is built and imported; starts its build when nobody has. */
export const ensureStemcell = defineStep({
  input: z.strictObject({ os: z.string(), version: z.string() }),
  interruptible: true,
  run: async (context, { os, version }) => {
    const name = `${os}/${version}`;
    const started = await inTransaction(context.pool, (tx) => readProgress(tx, name));
    // a failed build is tried once more by this run; a second failure is this run's failure
    if (started.state === 'failed' || (started.state === 'building' && started.taskId === null)) {
      await inTransaction(context.pool, (tx) =>
        startTask(tx, { kind: 'build-stemcell', subject: name, description: `Build stemcell ${name}` }, SYSTEM_ACTOR),
      );
    }
    await waitUntilReady(context, name);
  },
});

async function waitUntilReady(context: StepContext, name: string): Promise<void> {
  for (let look = 0; ; look += 1) {
    const progress = await inTransaction(context.pool, (tx) => readProgress(tx, name));
    if (progress.state === 'ready') {
      await context.log(`stemcell ${name} is ready`);
      return;
    }
    if (progress.state === 'failed') {
      throw new TesseraError(
        'stemcell_build_failed',
        `Stemcell ${name} could not be built (task ${progress.taskId}): ${progress.error ?? 'see its log'}. Mend the cause, then retry; what is built stays cached.`,
      );
    }
    if (look % SAY_EVERY === 0)
      await context.log(`stemcell ${name} is being built by task ${progress.taskId ?? '?'}; waiting`);
    await context.clock.sleep(LOOK_MS, context.signal);
  }
}

async function readProgress(tx: Tx, name: string): Promise<Progress> {
  const [row] = await tx.db
    .select({ state: stemcells.state, cid: stemcells.cid })
    .from(stemcells)
    .where(eq(stemcells.name, name))
    .limit(1);
  if (row?.state === 'ready' && row.cid) return { state: 'ready', taskId: null, error: null };
  const builds = await tx.db
    .select({ id: tasks.id, state: tasks.state, error: tasks.error })
    .from(tasks)
    .where(
      and(
        eq(tasks.kind, 'build-stemcell'),
        eq(tasks.subject, name),
        inArray(tasks.state, ['queued', 'running', 'failed', 'cancelled']),
      ),
    )
    .orderBy(tasks.id)
    .limit(100);
  const last = builds.at(-1);
  if (!last) return { state: 'building', taskId: null, error: null };
  const ended = last.state === 'failed' || last.state === 'cancelled';
  return { state: ended ? 'failed' : 'building', taskId: last.id, error: last.error };
}
