import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { AgentState } from '#agent/protocol.ts';
import { instances } from '#db/schema/deployments.ts';
import { inTransaction } from '#db/transaction.ts';
import { TesseraError } from '#server/platform/error.ts';
import { askAgent } from '../ask-agent.ts';
import { missingQuorum } from '../cluster-of.ts';
import { instanceName, readInstance } from '../read-instance.ts';
import { defineStep, type StepContext } from '../step.ts';
import { withLiveVm } from '../with-live-vm.ts';

const LOOK_MS = 250;
const CALL_DEADLINE_MS = 10_000;
/** A master that others are missed with is not waited for longer than this. */
const ALONE_MS = 8000;

/** Waits until all processes of the instance run and pass their health checks; then runs the post-start scripts. */
export const waitHealthy = defineStep({
  input: z.strictObject({
    instance: z.string(),
    watchTimeMs: z.number().int().positive(),
    /** For the repair of a master: others may have to be repaired before it can be healthy. */
    othersFirst: z.boolean().default(false),
  }),
  interruptible: true,
  run: (context, { instance, watchTimeMs, othersFirst }) =>
    withLiveVm(context, instance, 'jobs', () => wait(context, instance, { watchTimeMs, othersFirst })),
});

async function wait(
  context: StepContext,
  instance: string,
  { watchTimeMs, othersFirst }: { watchTimeMs: number; othersFirst: boolean },
): Promise<void> {
  const row = await readInstance(context.pool, instance);
  const started = context.clock.monotonic();
  let state: AgentState | null = null;
  while (state?.jobState !== 'running') {
    const waited = context.clock.monotonic() - started;
    if (waited > watchTimeMs) {
      const sick = state?.processes.filter((process) => process.state !== 'running') ?? [];
      const names = sick.map(
        (process) => `${process.name} ${process.state}${process.lastExit ? ` (${process.lastExit})` : ''}`,
      );
      throw new TesseraError(
        'unhealthy',
        `${instanceName(row)} is not healthy after ${Math.round(waited / 1000)} s: ${names.join(', ') || 'no state'}. Look at the log of the named process, then retry.`,
      );
    }
    const missing = othersFirst && waited > ALONE_MS ? await missingQuorum(context, instance) : null;
    if (missing !== null) {
      await context.log(
        `${instanceName(row)} runs; ${missing} masters are up, its API comes with the next one`,
        'warn',
      );
      return;
    }
    if (state) await context.clock.sleep(LOOK_MS, context.signal);
    const answer = await askAgent(context, row.id, { method: 'get-state' }, CALL_DEADLINE_MS);
    state = AgentState.parse(answer);
  }
  await askAgent(context, row.id, { method: 'run-script', script: 'post-start' }, watchTimeMs);
  if (row.persistentDisk > 0 && row.seededAt === null) await noteSeeded(context, row.id);
  await context.log(
    `healthy after ${Math.round(context.clock.monotonic() - started)} ms: ${state.processes.map((process) => process.name).join(' ')}`,
  );
}

async function noteSeeded({ pool, clock }: StepContext, instance: string): Promise<void> {
  await inTransaction(pool, (tx) =>
    tx.db.update(instances).set({ seededAt: clock.now() }).where(eq(instances.id, instance)),
  );
}
