import { asc } from 'drizzle-orm';
import { clusters } from '#db/schema/clusters.ts';
import type { Tx } from '#db/transaction.ts';
import type { ClusterView } from '#model/cluster.ts';
import type { Actor } from '#model/role.ts';
import { may } from '#server/identity/authorize.ts';
import { toClusterView } from './cluster-rows.ts';

const MAX_CLUSTERS = 5000;

/** The clusters this actor may see, by name: all, or with pks.clusters.manage the own ones. */
export async function listClusters(tx: Tx, actor: Actor): Promise<ClusterView[]> {
  const rows = await tx.db.select().from(clusters).orderBy(asc(clusters.name)).limit(MAX_CLUSTERS);
  return rows.filter((row) => may(actor, 'view-cluster', { ownedBy: row.owner })).map(toClusterView);
}
