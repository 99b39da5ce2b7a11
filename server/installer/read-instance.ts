import { eq } from 'drizzle-orm';
import type { Pool } from 'pg';
import { instances } from '#db/schema/deployments.ts';
import { inTransaction } from '#db/transaction.ts';
import { TesseraError } from '#server/platform/error.ts';

export type InstanceRow = typeof instances.$inferSelect;

/** The row of an instance, or null when it is gone. */
export async function findInstance(pool: Pool, id: string): Promise<InstanceRow | null> {
  return inTransaction(pool, async (tx) => {
    const [row] = await tx.db.select().from(instances).where(eq(instances.id, id)).limit(1);
    return row ?? null;
  });
}

/** The row of an instance; throws not_found. */
export async function readInstance(pool: Pool, id: string): Promise<InstanceRow> {
  const row = await findInstance(pool, id);
  if (!row) throw new TesseraError('not_found', `Instance ${id} is not known to the director.`);
  return row;
}

export const instanceName = (row: Pick<InstanceRow, 'groupName' | 'index'>): string => `${row.groupName}/${row.index}`;
