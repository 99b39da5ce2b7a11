import { and, eq, inArray, isNotNull } from 'drizzle-orm';
import { deployments, instances } from '#db/schema/deployments.ts';
import { inTransaction } from '#db/transaction.ts';
import { quorumOf } from '#model/quorum.ts';
import type { StepContext } from './step.ts';

/** Simulated machines run no programs: there is no Kubernetes to talk to. */
export const hasPrograms = (context: Pick<StepContext, 'cpi'>): boolean => context.cpi.name !== 'simulated';

const DOWN = ['dead', 'hung'];

/**
 * A master cannot be healthy while too few of the others are up: who waits for it would keep the others from being repaired. Answers "1 of 3"
 * then, null when its cluster may have a quorum or it is no master of several. What the detector holds of their VMs counts, not who is connected
 * at this moment.
 */
export async function missingQuorum(context: Pick<StepContext, 'pool'>, instance: string): Promise<string | null> {
  const masters = await inTransaction(context.pool, async (tx) => {
    const own = tx.db
      .select({ deployment: instances.deployment })
      .from(instances)
      .innerJoin(deployments, eq(deployments.name, instances.deployment))
      .where(and(eq(instances.id, instance), eq(instances.groupName, 'master'), isNotNull(deployments.clusterUuid)));
    return tx.db
      .select({ id: instances.id, vmCid: instances.vmCid, vmHealth: instances.vmHealth })
      .from(instances)
      .where(and(inArray(instances.deployment, own), eq(instances.groupName, 'master')))
      .limit(5);
  });
  const isUp = (master: (typeof masters)[number]): boolean =>
    master.id === instance || (master.vmCid !== null && !DOWN.includes(master.vmHealth));
  const quorum = quorumOf(masters.filter(isUp).length, masters.length);
  return masters.length > 1 && !quorum.isHeld ? `${quorum.running} of ${quorum.total}` : null;
}
