import { and, eq, inArray } from 'drizzle-orm';
import { deployments, instances } from '#db/schema/deployments.ts';
import { inTransaction } from '#db/transaction.ts';
import { quorumOf } from '#model/quorum.ts';
import type { StepContext } from './step.ts';

/** Simulated machines run no programs: there is no Kubernetes to talk to. */
export const hasPrograms = (context: Pick<StepContext, 'cpi'>): boolean => context.cpi.name !== 'simulated';

/**
 * A master cannot be healthy while too few of the others are up: who waits for it would keep the others from being repaired. Answers "1 of 3"
 * then, null when its cluster may have a quorum or it is no master of several.
 */
export async function missingQuorum(context: StepContext, instance: string): Promise<string | null> {
  const masters = await inTransaction(context.pool, async (tx) => {
    const own = tx.db
      .select({ deployment: instances.deployment })
      .from(instances)
      .innerJoin(deployments, eq(deployments.name, instances.deployment))
      .where(and(eq(instances.id, instance), eq(instances.groupName, 'master')));
    return tx.db
      .select({ id: instances.id })
      .from(instances)
      .where(and(inArray(instances.deployment, own), eq(instances.groupName, 'master')))
      .limit(5);
  });
  const running = masters.filter(({ id }) => context.agents.isConnected(id)).length;
  const quorum = quorumOf(running, masters.length);
  return masters.length > 1 && !quorum.isHeld ? `${running} of ${masters.length}` : null;
}
