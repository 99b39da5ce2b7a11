import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { installationProducts } from '#db/schema/installations.ts';
import type { Tx } from '#db/transaction.ts';
import { TesseraError } from '#server/platform/error.ts';

/** Which frozen product a step is about, and who asked for the run. */
export const FrozenInput = z.strictObject({ installation: z.number().int(), guid: z.string(), by: z.string() });
export type FrozenInput = z.infer<typeof FrozenInput>;

export const frozenKey = (input: FrozenInput) =>
  and(eq(installationProducts.installationId, input.installation), eq(installationProducts.guid, input.guid));

/** The revision of a product that a run applies; throws not_found. */
export async function readFrozen(tx: Tx, input: FrozenInput): Promise<typeof installationProducts.$inferSelect> {
  const [frozen] = await tx.db.select().from(installationProducts).where(frozenKey(input)).limit(1);
  if (frozen) return frozen;
  throw new TesseraError('not_found', `Product ${input.guid} is not part of installation ${input.installation}.`);
}
