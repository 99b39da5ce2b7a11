import type { tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { ChangePlan } from '#model/change.ts';
import { planRecreation } from './plan-repair.ts';
import { readRepairFacts } from './read-repair-facts.ts';

/** Plan of a `move-home` task: an instance that ran elsewhere goes back to its AZ, drained; one that is at home needs nothing. */
export async function planMoveHome(tx: Tx, task: typeof tasks.$inferSelect): Promise<ChangePlan> {
  const facts = await readRepairFacts(tx, task.subject);
  const home = facts.row.homeAz;
  return home === null ? { stages: [] } : planRecreation(facts, { place: { az: home, homeAz: null } });
}
