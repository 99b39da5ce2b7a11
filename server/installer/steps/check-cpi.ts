import { z } from 'zod';
import { settings } from '#db/schema/settings.ts';
import { inTransaction } from '#db/transaction.ts';
import { defineStep } from '../step.ts';

/** Proves that the infrastructure answers, and remembers its size for capacity checks. */
export const checkCpi = defineStep({
  input: z.strictObject({}),
  interruptible: true,
  run: async (context) => {
    const found = await context.cpi.info({ signal: context.signal });
    await inTransaction(context.pool, (tx) =>
      tx.db
        .insert(settings)
        .values({ key: 'infrastructure', value: found })
        .onConflictDoUpdate({ target: settings.key, set: { value: found, updatedAt: context.clock.now() } }),
    );
    await context.log(
      `cpi ${context.cpi.name}: ${found.engine} ${found.version}, ${found.cpus} cores, ${found.memoryMib} MiB`,
    );
  },
});
