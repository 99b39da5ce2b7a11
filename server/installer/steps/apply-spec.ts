import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { instances } from '#db/schema/deployments.ts';
import { inTransaction } from '#db/transaction.ts';
import { renderSpec } from '#server/deployments/render-spec.ts';
import { readInstance } from '../read-instance.ts';
import { defineStep } from '../step.ts';

/** pre-start scripts may take long (a database migration); the log shows their lines meanwhile. */
const DEADLINE_MS = 600_000;

/** Has the agent fetch and apply its rendered jobs. Nothing happens on the VM when it runs them already. */
export const applySpec = defineStep({
  input: z.strictObject({ instance: z.string() }),
  interruptible: false,
  run: async (context, { instance }) => {
    const row = await readInstance(context.pool, instance);
    const spec = await inTransaction(context.pool, async (tx) => {
      const rendered = await renderSpec(tx, context.vault, instance);
      await tx.db.update(instances).set({ wantedDigest: rendered.digest }).where(eq(instances.id, instance));
      return rendered;
    });
    await context.agents.call(
      row.id,
      { method: 'apply', digest: spec.digest },
      { signal: context.signal, deadlineMs: DEADLINE_MS, onOutput: (_stream, line) => void context.log(line) },
    );
    await context.log(`apply: ${spec.jobs.length} jobs (${spec.jobs.map((job) => job.name).join(' ')})`);
  },
});
