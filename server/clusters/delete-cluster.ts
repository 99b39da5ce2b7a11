import { eq } from 'drizzle-orm';
import { clusters } from '#db/schema/clusters.ts';
import type { Tx } from '#db/transaction.ts';
import { type ClusterView, canCluster } from '#model/cluster.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { authorize } from '#server/identity/authorize.ts';
import { TesseraError } from '#server/platform/error.ts';
import { startTask } from '#server/tasks/start-task.ts';
import { findClusterRow, toClusterView } from './cluster-rows.ts';

/** Asks for the end of a cluster with all its VMs, disks and volumes. Throws not_found, forbidden, or busy while another action runs. */
export async function deleteCluster(tx: Tx, name: string, actor: Actor): Promise<ClusterView> {
  const row = await findClusterRow(tx, name, 'for update');
  authorize(actor, 'delete-cluster', { ownedBy: row.owner });
  const view = toClusterView(row);
  if (!canCluster.delete(view.lastActionState)) {
    throw new TesseraError(
      'busy',
      `An operation is in progress on cluster ${row.name} (${row.lastAction}, task ${row.taskId}). Wait for it or cancel it, then delete.`,
    );
  }
  const taskId = await startTask(
    tx,
    { kind: 'delete-cluster', subject: row.uuid, description: `Delete cluster ${row.name}` },
    actor,
  );
  const [changed] = await tx.db
    .update(clusters)
    .set({
      lastAction: 'DELETE',
      lastActionState: 'in progress',
      lastActionDescription: 'Instance deletion in progress',
      taskId,
    })
    .where(eq(clusters.uuid, row.uuid))
    .returning();
  await appendAudit(tx, actor, 'delete-cluster', `cluster/${row.uuid}`, { name: row.name });
  await appendEvent(tx, 'cluster.changed', `cluster/${row.uuid}`, { lastAction: 'DELETE' });
  return toClusterView(changed ?? row);
}
