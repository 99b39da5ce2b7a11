import { z } from 'zod';
import type { tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { ChangePlan } from '#model/change.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { listAzs } from '#server/health/list-azs.ts';
import { authorize } from '#server/identity/authorize.ts';
import { TesseraError } from '#server/platform/error.ts';
import { startTask } from '#server/tasks/start-task.ts';
import { readOffer } from './read-offer.ts';

export type SwitchAzRequest = { az: string; power: 'on' | 'off'; reason: string };

const SwitchInput = z.object({ power: z.enum(['on', 'off']) });

/** Switches the power of an AZ, as a task. Audited with the reason. Throws forbidden, not_found. */
export async function switchAz(tx: Tx, request: SwitchAzRequest, actor: Actor): Promise<{ taskId: number }> {
  authorize(actor, 'use-infrastructure');
  const { az, power, reason } = request;
  const { azs } = await readOffer(tx);
  const known = [...azs, ...(await listAzs(tx))].map(({ name }) => name);
  if (!known.includes(az)) throw new TesseraError('not_found', `AZ ${az} does not exist.`);
  const description = `Switch AZ ${az} ${power}${reason === '' ? '' : `: ${reason}`}`;
  const taskId = await startTask(tx, { kind: 'switch-az', subject: az, description, input: { power } }, actor);
  await appendAudit(tx, actor, `az-${power}`, `az/${az}`, { reason });
  return { taskId };
}

/** Plan of a `switch-az` task. */
export async function planSwitchAz(_tx: Tx, task: typeof tasks.$inferSelect): Promise<ChangePlan> {
  const { power } = SwitchInput.parse(task.input);
  const title = `switch AZ ${task.subject} ${power}`;
  const step = { kind: 'switch-az' as const, title, input: { az: task.subject, power } };
  return {
    stages: [
      { title: 'Infrastructure', batches: [[{ subject: `az/${task.subject}`, az: task.subject, steps: [step] }]] },
    ],
  };
}
