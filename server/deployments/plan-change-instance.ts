import { z } from 'zod';
import type { tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { ChangePlan } from '#model/change.ts';
import { InstanceAction } from '#model/deployment.ts';
import { TesseraError } from '#server/platform/error.ts';
import { planPowerOff, planPowerOn, planRecreation, planRestart, planStart, planStop } from './plan-repair.ts';
import { readRepairFacts } from './read-repair-facts.ts';

/** Input of a `change-instance` task; `anew` lets a recreated instance begin without data that is lost. */
const ChangeInput = z.object({ action: InstanceAction, anew: z.boolean().default(false) });

/** Plan of a `change-instance` task. Throws not_found, vm_not_found. */
export async function planChangeInstance(tx: Tx, task: typeof tasks.$inferSelect): Promise<ChangePlan> {
  const facts = await readRepairFacts(tx, task.subject);
  const { action, anew } = ChangeInput.parse(task.input);
  if (facts.row.vmCid === null && action !== 'recreate') {
    const { group, index } = facts.instance;
    throw new TesseraError('vm_not_found', `${group}/${index} has no VM to ${action}. Recreate it.`);
  }
  switch (action) {
    case 'power-off':
      return planPowerOff(facts);
    case 'power-on':
      return planPowerOn(facts, facts.row.wanted);
    case 'start':
      return planStart(facts);
    case 'restart':
      return planRestart(facts);
    case 'stop':
      return planStop(facts);
    case 'recreate':
      return planRecreation(facts, { anew });
  }
}
