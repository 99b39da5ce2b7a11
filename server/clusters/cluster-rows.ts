import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { clusters } from '#db/schema/clusters.ts';
import type { Tx } from '#db/transaction.ts';
import { type ClusterView, LAST_ACTION_STATES, LAST_ACTIONS, normaliseClusterName } from '#model/cluster.ts';
import { TesseraError } from '#server/platform/error.ts';

export type ClusterRow = typeof clusters.$inferSelect;

const Action = z.enum(LAST_ACTIONS);
const State = z.enum(LAST_ACTION_STATES);

/** A row as pages, CLI and REST show it. */
export function toClusterView(row: ClusterRow): ClusterView {
  return {
    uuid: row.uuid,
    name: row.name,
    planName: row.planName,
    externalHostname: row.externalHostname,
    port: row.port,
    masterAddress: row.masterAddress,
    workerInstances: row.workerInstances,
    masterInstances: row.masterInstances,
    owner: row.owner,
    kubernetesVersion: row.kubernetesVersion,
    lastAction: Action.parse(row.lastAction),
    lastActionState: State.parse(row.lastActionState),
    lastActionDescription: row.lastActionDescription,
    taskId: row.taskId,
    createdAt: row.createdAt.toISOString(),
  };
}

/** Finds a cluster by either spelling of its name; locks its row when it is about to change. Throws not_found. */
export async function findClusterRow(tx: Tx, name: string, lock: 'for update' | 'read'): Promise<ClusterRow> {
  const query = tx.db
    .select()
    .from(clusters)
    .where(eq(clusters.normalisedName, normaliseClusterName(name)))
    .limit(1);
  const [row] = lock === 'read' ? await query : await query.for('update');
  if (!row) throw new TesseraError('not_found', `Cluster ${name} not found.`);
  return row;
}
