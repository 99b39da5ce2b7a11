import { eq } from 'drizzle-orm';
import { instances } from '#db/schema/deployments.ts';
import { inTransaction } from '#db/transaction.ts';
import { renderSpec } from '#server/deployments/render-spec.ts';
import { askAgent } from './ask-agent.ts';
import type { StepContext } from './step.ts';

/** pre-start scripts may take long (a database migration); the log shows their lines meanwhile. */
const DEADLINE_MS = 600_000;

/** Has the agent fetch and apply its rendered jobs. Nothing happens on the VM when it runs them already. */
export async function applyJobs(context: StepContext, instance: string): Promise<void> {
  const spec = await inTransaction(context.pool, async (tx) => {
    const rendered = await renderSpec(tx, context.vault, instance);
    await tx.db.update(instances).set({ wantedDigest: rendered.digest }).where(eq(instances.id, instance));
    return rendered;
  });
  await askAgent(context, instance, { method: 'apply', digest: spec.digest }, DEADLINE_MS);
  await context.log(`apply: ${spec.jobs.length} jobs (${spec.jobs.map((job) => job.name).join(' ')})`);
}
