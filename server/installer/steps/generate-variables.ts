import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { deployments } from '#db/schema/deployments.ts';
import { inTransaction } from '#db/transaction.ts';
import { Manifest } from '#model/manifest.ts';
import { TesseraError } from '#server/platform/error.ts';
import { generateVariables } from '#server/variables/generate-variables.ts';
import { defineStep } from '../step.ts';

/** Makes the certificates and passwords that the manifest declares and the vault lacks. */
export const generateVariablesStep = defineStep({
  input: z.strictObject({ deployment: z.string(), removed: z.array(z.string()) }),
  interruptible: false,
  run: async (context, { deployment }) => {
    const started = context.clock.monotonic();
    const made = await inTransaction(context.pool, async (tx) => {
      const [row] = await tx.db
        .select({ manifest: deployments.manifest })
        .from(deployments)
        .where(eq(deployments.name, deployment))
        .limit(1);
      if (!row) throw new TesseraError('not_found', `Deployment ${deployment} has no manifest.`);
      return generateVariables(tx, context.vault, Manifest.parse(row.manifest));
    });
    await context.log(`${made} credentials generated, ${Math.round(context.clock.monotonic() - started)} ms`);
  },
});
