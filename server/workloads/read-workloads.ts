import { eq } from 'drizzle-orm';
import { instances } from '#db/schema/deployments.ts';
import type { Tx } from '#db/transaction.ts';
import { deploymentOfCluster } from '#model/cluster.ts';
import type { Actor } from '#model/role.ts';
import type { WorkloadsView } from '#model/workload.ts';
import { findClusterRow } from '#server/clusters/cluster-rows.ts';
import { authorize } from '#server/identity/authorize.ts';
import { readSeen } from './seen-workloads.ts';

/** Nodes, pods, workloads and services of a cluster as last heard, each node with the VM under it. Throws not_found, forbidden. */
export async function readWorkloads(tx: Tx, cluster: string, actor: Actor): Promise<WorkloadsView> {
  const row = await findClusterRow(tx, cluster, 'read');
  authorize(actor, 'view-cluster', { ownedBy: row.owner });
  const deployment = deploymentOfCluster(row.uuid);
  const { heardAt, problem, seen } = await readSeen(tx, deployment);
  const vms = await tx.db
    .select({ id: instances.id, group: instances.groupName, index: instances.index })
    .from(instances)
    .where(eq(instances.deployment, deployment))
    .limit(1000);
  const instanceOf = new Map(vms.map((vm) => [`${vm.group}-${vm.index}`, vm.id]));
  return {
    cluster: row.name,
    heardAt: heardAt?.toISOString() ?? null,
    problem,
    ...seen,
    nodes: seen.nodes.map((node) => ({ ...node, instance: instanceOf.get(node.name) ?? null })),
  };
}
