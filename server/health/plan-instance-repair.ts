import { z } from 'zod';
import type { tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { ChangePlan } from '#model/change.ts';
import { planRepair } from '#server/deployments/plan-repair.ts';
import { placeIn, readRepairFacts } from '#server/deployments/read-repair-facts.ts';

/** Input of a `repair-instance` task: `toAz` when its own AZ is down and capacity is wanted elsewhere. */
const RepairInput = z.object({ toAz: z.string().optional() });

/** The change plan of a repair: the same instance on a new VM, with its address and disks. Throws not_found, invalid_input. */
export async function planInstanceRepair(tx: Tx, task: typeof tasks.$inferSelect): Promise<ChangePlan> {
  const facts = await readRepairFacts(tx, task.subject);
  const { toAz } = RepairInput.parse(task.input);
  return planRepair(facts, toAz === undefined ? null : placeIn(facts, toAz));
}
