import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { settings } from '#db/schema/settings.ts';
import type { Tx } from '#db/transaction.ts';

const KEY = 'infrastructure-heard';

const InfrastructureState = z.object({
  driver: z.enum(['container', 'simulated']).nullable().default(null),
  heardAt: z.string().nullable().default(null),
  problem: z.string().nullable().default(null),
});
/** Which infrastructure it is, when it last answered, and why not since. */
export type InfrastructureState = z.infer<typeof InfrastructureState>;

export async function readInfrastructureState(tx: Tx): Promise<InfrastructureState> {
  const [row] = await tx.db.select({ value: settings.value }).from(settings).where(eq(settings.key, KEY)).limit(1);
  return InfrastructureState.parse(row?.value ?? {});
}

/** What `change` leaves out stays. */
export async function changeInfrastructureState(tx: Tx, change: Partial<InfrastructureState>): Promise<void> {
  await tx.db
    .insert(settings)
    .values({ key: KEY, value: change })
    .onConflictDoUpdate({
      target: settings.key,
      set: { value: sql`${settings.value} || excluded.value`, updatedAt: sql`now()` },
    });
}
