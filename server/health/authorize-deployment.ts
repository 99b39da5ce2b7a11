import { eq } from 'drizzle-orm';
import { clusters } from '#db/schema/clusters.ts';
import { deployments } from '#db/schema/deployments.ts';
import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import { authorize, may } from '#server/identity/authorize.ts';

/** Throws forbidden unless the actor may look at the installation, or at the cluster that this deployment is. */
export async function authorizeDeployment(tx: Tx, actor: Actor, deployment: string | null): Promise<void> {
  if (deployment === null || may(actor, 'view')) return authorize(actor, 'view');
  const [row] = await tx.db
    .select({ owner: clusters.owner })
    .from(deployments)
    .innerJoin(clusters, eq(clusters.uuid, deployments.clusterUuid))
    .where(eq(deployments.name, deployment))
    .limit(1);
  authorize(actor, 'view-cluster', { ownedBy: row?.owner });
}
