import { and, desc, eq, inArray } from 'drizzle-orm';
import { installationProducts, installations } from '#db/schema/installations.ts';
import { tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';

/** Products that a queued or running installation applies: guid → that installation and its task. */
export async function runningProducts(tx: Tx): Promise<Map<string, { installationId: number; taskId: number }>> {
  const rows = await tx.db
    .select({ guid: installationProducts.guid, installationId: installations.id, taskId: installations.taskId })
    .from(installationProducts)
    .innerJoin(installations, eq(installations.id, installationProducts.installationId))
    .innerJoin(tasks, eq(tasks.id, installations.taskId))
    .where(and(inArray(tasks.state, ['queued', 'running', 'cancelling'])))
    .orderBy(desc(installations.id))
    .limit(500);
  return new Map(rows.reverse().map(({ guid, ...run }) => [guid, run]));
}
