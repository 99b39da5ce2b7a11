import { eq } from 'drizzle-orm';
import { clusters } from '#db/schema/clusters.ts';
import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import { authorize } from '#server/identity/authorize.ts';
import type { DrillRow } from './drill-rows.ts';

/** Who may look at a cluster may look at its drills, also when the cluster is gone. Throws forbidden. */
export async function authorizeDrill(tx: Tx, row: Pick<DrillRow, 'clusterUuid'>, actor: Actor): Promise<void> {
  const [cluster] = await tx.db
    .select({ owner: clusters.owner })
    .from(clusters)
    .where(eq(clusters.uuid, row.clusterUuid))
    .limit(1);
  authorize(actor, 'view-cluster', { ownedBy: cluster?.owner });
}
