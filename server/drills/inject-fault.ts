import { inTransaction, type Tx } from '#db/transaction.ts';
import { DrillKind } from '#model/drill.ts';
import { appendMark } from '#server/health/append-mark.ts';
import { asTesseraError } from '#server/platform/error.ts';
import { changeDrill, findDrill, type Injected, injectedOf, orderOf } from './drill-rows.ts';
import type { FaultContext, FaultOrder } from './fault-kind.ts';
import { kinds } from './kinds.ts';
import { victimName } from './plan-preview.ts';
import { readInstances } from './read-facts.ts';

/**
 * Arms the undo and does the fault, once: its moment is kept before it is done, so that a director that takes over undoes it rather than
 * doing it again. A fault that cannot be done is noted; the steps that follow undo and tell.
 */
export async function injectFault(context: FaultContext, id: number): Promise<void> {
  const row = await inTransaction(context.pool, (tx) => findDrill(tx, id));
  if (row.state !== 'running' || row.injectedAt !== null) return;
  const kind = kinds[DrillKind.parse(row.kind)];
  try {
    const victim = (await kind.aim?.(context, orderOf(row))) ?? orderOf(row).victim;
    const order = await commit(context, id, { ...orderOf(row), victim });
    if (order === null) return;
    const detail = await kind.inject(context, order);
    await context.log(`injected: ${detail}`);
    await inTransaction(context.pool, async (tx) => {
      await changeDrill(tx, id, { summary: `${kind.told(victim, order.cut)}. Waiting for the platform to notice.` });
      const at = (await findDrill(tx, id)).injectedAt ?? context.clock.now();
      await appendMark(tx, {
        lane: 'drill',
        phase: 'injected',
        deployment: order.deployment,
        subject: `drill/${id}`,
        title: `${kind.told(victim, order.cut)} (drill ${id})`,
        at,
        drillId: id,
        data: { victim: victimName(victim), undoAt: order.undoAt.toISOString() },
      });
    });
  } catch (thrown) {
    if (context.signal.aborted) throw thrown;
    const { message } = asTesseraError(thrown);
    await context.log(`not injected: ${message}`, 'error');
    await inTransaction(context.pool, async (tx) => {
      const now = await findDrill(tx, id, 'for update');
      await changeDrill(tx, id, {
        summary: `The fault could not be done: ${message}`,
        injected: { ...injectedOf(now), failure: message },
      });
    });
  }
}

/** The moment of the injection and of the undo on the victim, kept before anything happens. Null when somebody has stopped the drill. */
async function commit(context: FaultContext, id: number, order: FaultOrder): Promise<FaultOrder | null> {
  return inTransaction(context.pool, async (tx) => {
    const row = await findDrill(tx, id, 'for update');
    if (row.state !== 'running') return null;
    const now = context.clock.now();
    const undoAt = new Date(now.getTime() + order.undoAfterMs);
    const injected = { ...injectedOf(row), process: await readProcess(tx, order) };
    await changeDrill(tx, id, { injectedAt: now, undoAt, victim: order.victim, injected });
    return { ...order, undoAt };
  });
}

async function readProcess(tx: Tx, { victim, deployment }: FaultOrder): Promise<Injected['process']> {
  if (victim.type !== 'process') return null;
  const instance = (await readInstances(tx, deployment)).find((one) => one.id === victim.instance);
  const process = instance?.processes.find((one) => one.name === victim.process);
  return process ? { pid: process.pid, restarts: process.restarts } : null;
}
