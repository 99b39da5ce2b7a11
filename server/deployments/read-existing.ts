import { asc, eq } from 'drizzle-orm';
import { instances } from '#db/schema/deployments.ts';
import type { Tx } from '#db/transaction.ts';
import type { ExistingInstance } from './plan-deployment.ts';

/** What the planner needs to know of the instances a deployment has. */
export async function readExisting(tx: Tx, deployment: string): Promise<ExistingInstance[]> {
  const rows = await tx.db
    .select()
    .from(instances)
    .where(eq(instances.deployment, deployment))
    .orderBy(asc(instances.index))
    .limit(1000);
  return rows.map((row) => ({
    id: row.id,
    group: row.groupName,
    index: row.index,
    az: row.az,
    bootstrap: row.bootstrap,
    persistentDisk: row.persistentDisk,
    vmCid: row.vmCid,
    vmType: row.vmType,
    stemcell: row.stemcell,
  }));
}
