import type { Tx } from '#db/transaction.ts';
import type { DrillView } from '#model/drill.ts';
import type { Actor } from '#model/role.ts';
import { findClusterRow } from '#server/clusters/cluster-rows.ts';
import { authorize, may } from '#server/identity/authorize.ts';
import { authorizeDrill } from './authorize-drill.ts';
import { findDrill, selectDrills, toDrillView } from './drill-rows.ts';

/** Newest first; of one cluster, or of all that this actor may see. Throws not_found, forbidden. */
export async function listDrills(
  tx: Tx,
  filter: { cluster?: string | undefined; limit: number },
  actor: Actor,
): Promise<DrillView[]> {
  if (filter.cluster === undefined) {
    if (!may(actor, 'view')) authorize(actor, 'view-cluster');
    return (await selectDrills(tx, { limit: filter.limit })).map(toDrillView);
  }
  const cluster = await findClusterRow(tx, filter.cluster, 'read');
  authorize(actor, 'view-cluster', { ownedBy: cluster.owner });
  return (await selectDrills(tx, { clusterName: cluster.name, limit: filter.limit })).map(toDrillView);
}

/** Throws not_found, forbidden. */
export async function readDrill(tx: Tx, id: number, actor: Actor): Promise<DrillView> {
  const row = await findDrill(tx, id);
  await authorizeDrill(tx, row, actor);
  return toDrillView(row);
}
