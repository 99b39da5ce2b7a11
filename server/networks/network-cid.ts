import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { settings } from '#db/schema/settings.ts';
import type { Tx } from '#db/transaction.ts';
import { TesseraError } from '#server/platform/error.ts';

const Value = z.object({ cid: z.string() });
const keyOf = (network: string): string => `network/${network}`;

/** The infrastructure's id of a network of the cloud config; throws network_not_found before the director tile was applied. */
export async function readNetworkCid(tx: Tx, network: string): Promise<string> {
  const [row] = await tx.db
    .select({ value: settings.value })
    .from(settings)
    .where(eq(settings.key, keyOf(network)))
    .limit(1);
  if (!row)
    throw new TesseraError('network_not_found', `Network ${network} does not exist yet. Apply the director tile.`);
  return Value.parse(row.value).cid;
}

/** Remembers the id under which the infrastructure knows a network. */
export async function saveNetworkCid(tx: Tx, network: string, cid: string): Promise<void> {
  await tx.db
    .insert(settings)
    .values({ key: keyOf(network), value: { cid } })
    .onConflictDoUpdate({ target: settings.key, set: { value: { cid } } });
}
