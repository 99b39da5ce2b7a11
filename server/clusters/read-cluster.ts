import type { Tx } from '#db/transaction.ts';
import type { ClusterView } from '#model/cluster.ts';
import type { Actor } from '#model/role.ts';
import { authorize } from '#server/identity/authorize.ts';
import { findClusterRow, toClusterView } from './cluster-rows.ts';

/** One cluster by either spelling of its name; throws not_found or forbidden. */
export async function readCluster(tx: Tx, name: string, actor: Actor): Promise<ClusterView> {
  const row = await findClusterRow(tx, name, 'read');
  authorize(actor, 'view-cluster', { ownedBy: row.owner });
  return toClusterView(row);
}
