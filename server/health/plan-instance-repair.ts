import { eq } from 'drizzle-orm';
import { deployments, instances } from '#db/schema/deployments.ts';
import type { tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { ChangePlan } from '#model/change.ts';
import { Manifest } from '#model/manifest.ts';
import { planRepair } from '#server/deployments/plan-deployment.ts';
import { TesseraError } from '#server/platform/error.ts';

/** The change plan of a repair: the same instance on a new VM, with its address and disks. */
export async function planInstanceRepair(tx: Tx, task: typeof tasks.$inferSelect): Promise<ChangePlan> {
  const [row] = await tx.db
    .select({ instance: instances, manifest: deployments.manifest })
    .from(instances)
    .innerJoin(deployments, eq(deployments.name, instances.deployment))
    .where(eq(instances.id, task.subject))
    .limit(1);
  if (!row) throw new TesseraError('not_found', `Instance ${task.subject} is gone; nothing to repair.`);
  const { instance } = row;
  return planRepair(
    { id: instance.id, group: instance.groupName, index: instance.index, az: instance.az },
    Manifest.parse(row.manifest).update.update_watch_time,
  );
}
