import { eq } from 'drizzle-orm';
import { deployments, instances } from '#db/schema/deployments.ts';
import type { Tx } from '#db/transaction.ts';

/** An instance as a node of its cluster: nodes are named `<group>-<index>`. */
export type ClusterNode = { clusterUuid: string; node: string; az: string; isMaster: boolean };

/** Null for an instance that is gone or belongs to no cluster. */
export async function readClusterNode(tx: Tx, instanceId: string): Promise<ClusterNode | null> {
  const [row] = await tx.db
    .select({
      group: instances.groupName,
      index: instances.index,
      az: instances.az,
      clusterUuid: deployments.clusterUuid,
    })
    .from(instances)
    .innerJoin(deployments, eq(deployments.name, instances.deployment))
    .where(eq(instances.id, instanceId))
    .limit(1);
  if (!row?.clusterUuid) return null;
  return {
    clusterUuid: row.clusterUuid,
    node: `${row.group}-${row.index}`,
    az: row.az,
    isMaster: row.group === 'master',
  };
}
