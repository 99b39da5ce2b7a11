import { eq } from 'drizzle-orm';
import { clusters } from '#db/schema/clusters.ts';
import type { Tx } from '#db/transaction.ts';
import { type ClusterView, canCluster } from '#model/cluster.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { checkCapacity } from '#server/deployments/check-capacity.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { authorize } from '#server/identity/authorize.ts';
import { TesseraError } from '#server/platform/error.ts';
import { readContainerService } from '#server/products/read-container-service.ts';
import { startTask } from '#server/tasks/start-task.ts';
import { findClusterRow, toClusterView } from './cluster-rows.ts';
import { checkWorkers } from './create-cluster.ts';

/** Asks for another number of workers. Throws not_found, forbidden, busy, invalid_input, capacity. */
export async function resizeCluster(tx: Tx, name: string, workers: number, actor: Actor): Promise<ClusterView> {
  const row = await findClusterRow(tx, name, 'for update');
  authorize(actor, 'update-cluster', { ownedBy: row.owner });
  if (!canCluster.resize(toClusterView(row).lastActionState)) {
    throw new TesseraError(
      'busy',
      `Cluster ${row.name} cannot be resized now: ${row.lastAction} ${row.lastActionState}. Wait for it or retry it first.`,
    );
  }
  const plan = (await readContainerService(tx)).plans.find((candidate) => candidate.name === row.planName);
  if (!plan) throw new TesseraError('not_found', `Plan not found: ${row.planName}.`);
  checkWorkers(plan, workers);
  const more = Math.max(0, workers - row.workerInstances);
  await checkCapacity(tx, [{ count: more, vmType: plan.workerVmType, what: 'worker' }]);
  const taskId = await startTask(
    tx,
    { kind: 'resize-cluster', subject: row.uuid, description: `Resize cluster ${row.name} to ${workers} workers` },
    actor,
  );
  const [changed] = await tx.db
    .update(clusters)
    .set({
      workerInstances: workers,
      lastAction: 'UPDATE',
      lastActionState: 'in progress',
      lastActionDescription: 'Instance update in progress',
      taskId,
    })
    .where(eq(clusters.uuid, row.uuid))
    .returning();
  await appendAudit(tx, actor, 'resize-cluster', `cluster/${row.uuid}`, {
    name: row.name,
    from: row.workerInstances,
    to: workers,
  });
  await appendEvent(tx, 'cluster.changed', `cluster/${row.uuid}`, { workerInstances: workers });
  return toClusterView(changed ?? row);
}
