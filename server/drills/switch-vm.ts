import { and, eq, inArray } from 'drizzle-orm';
import { instances } from '#db/schema/deployments.ts';
import { tasks } from '#db/schema/tasks.ts';
import { inTransaction } from '#db/transaction.ts';
import { TesseraError } from '#server/platform/error.ts';
import { instanceOf } from './fault-in-vm.ts';
import type { FaultContext, FaultOrder } from './fault-kind.ts';

/** Pulls the plug of the victim, as the infrastructure's own console would. */
export async function switchOff({ cpi, signal }: FaultContext, order: FaultOrder): Promise<string> {
  if (order.cid === null) throw new TesseraError('vm_not_found', 'The victim has no VM.');
  await cpi.powerOffVm(order.cid, { signal });
  return `power off ${order.cid}`;
}

/** Switches the victim on again, unless repair has replaced it or is at work on it: never two of one. */
export async function switchOn(context: FaultContext, order: FaultOrder): Promise<string> {
  const { cpi, pool, signal } = context;
  const { cid } = order;
  if (cid === null) return 'there was no VM';
  const instance = instanceOf(order);
  const now = await inTransaction(pool, async (tx) => {
    const [row] = await tx.db
      .select({ cid: instances.vmCid })
      .from(instances)
      .where(eq(instances.id, instance))
      .limit(1);
    const [repair] = await tx.db
      .select({ id: tasks.id })
      .from(tasks)
      .where(and(eq(tasks.subject, instance), inArray(tasks.state, ['queued', 'running', 'cancelling'])))
      .limit(1);
    return { cid: row?.cid ?? null, repair: repair?.id ?? null };
  });
  if (now.cid !== cid) return 'repair has replaced the VM already';
  if (now.repair !== null) return `repair is bringing it back (task ${now.repair})`;
  if ((await cpi.powerState(cid, { signal })) !== 'off') return 'the VM is on';
  await cpi.rebootVm(cid, { signal });
  return `power on ${cid}`;
}
