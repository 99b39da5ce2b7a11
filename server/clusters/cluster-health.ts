import type { Tx } from '#db/transaction.ts';
import { deploymentOfCluster } from '#model/cluster.ts';
import { type InstanceSummary, summariseInstances } from '#model/instance-state.ts';
import type { Actor } from '#model/role.ts';
import { listInstances } from '#server/deployments/list-instances.ts';
import { listClusters } from './list-clusters.ts';

/** Sum over the instances of each cluster this actor may see, by cluster uuid. */
export async function clusterHealth(tx: Tx, actor: Actor): Promise<Record<string, InstanceSummary>> {
  const clusters = await listClusters(tx, actor);
  const byDeployment = Map.groupBy(await listInstances(tx), (instance) => instance.deployment);
  return Object.fromEntries(
    clusters.map((cluster) => [
      cluster.uuid,
      summariseInstances(byDeployment.get(deploymentOfCluster(cluster.uuid)) ?? []),
    ]),
  );
}
