import { inTransaction } from '#db/transaction.ts';
import { DrillKind } from '#model/drill.ts';
import { appendMark } from '#server/health/append-mark.ts';
import { asTesseraError } from '#server/platform/error.ts';
import { isWell } from './drill-facts.ts';
import { changeDrill, type DrillRow, findDrill, orderOf } from './drill-rows.ts';
import type { FaultContext } from './fault-kind.ts';
import { kinds } from './kinds.ts';
import { readInstances } from './read-facts.ts';
import { basisOf } from './watch-drill.ts';

const TRIES = 3;
const BETWEEN_MS = 300;
const LOOK_MS = 250;
/** How long a cluster may take to be well again once its fault is undone. */
const HEAL_MS = 90_000;
/** The undo on the victim has acted by then. */
const OVERDUE_MS = 5000;

/** Undoes the fault, whatever has become of it; a failed undo is said and does not stop what follows. */
export async function undoFault(context: FaultContext, id: number): Promise<void> {
  const row = await inTransaction(context.pool, (tx) => findDrill(tx, id));
  if (row.injectedAt === null || row.undone || row.endedAt !== null) return;
  const began = context.clock.now();
  const told = await undoNow(context, row);
  if (told === null) return;
  const isHealed = await waitUntilHealed(context, row, began);
  await inTransaction(context.pool, async (tx) => {
    await changeDrill(tx, id, { undone: isHealed });
    await appendMark(tx, {
      lane: 'drill',
      phase: 'note',
      deployment: row.deployment,
      subject: `drill/${id}`,
      title: `undo: ${told}`,
      at: began,
      drillId: id,
    });
  });
}

/** What the undo said; null when it failed every time. */
async function undoNow(context: FaultContext, row: DrillRow): Promise<string | null> {
  const kind = kinds[DrillKind.parse(row.kind)];
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    try {
      const told = await kind.undo(context, orderOf(row));
      await context.log(`undo: ${told}`);
      return told;
    } catch (thrown) {
      if (context.signal.aborted) throw thrown;
      await context.log(`undo failed (${attempt} of ${TRIES}): ${asTesseraError(thrown).message}`, 'error');
      await context.clock.sleep(BETWEEN_MS, context.signal);
    }
  }
  return null;
}

/** Faults that only the undo ends: waits until every VM hit is well. A stopped drill waits for the undo itself only. */
async function waitUntilHealed(context: FaultContext, row: DrillRow, began: Date): Promise<boolean> {
  const { expects, injected } = basisOf(row, row.injectedAt ?? began);
  if (expects.heals === 'by repair') return true;
  const overdue = orderOf(row).undoAt.getTime() + OVERDUE_MS;
  const until = row.stopRequestedAt === null ? began.getTime() + HEAL_MS : Math.min(overdue, began.getTime() + HEAL_MS);
  while (context.clock.now().getTime() < until) {
    const all = await inTransaction(context.pool, (tx) => readInstances(tx, row.deployment));
    const hit = all.filter((one) => injected.instances.includes(one.id));
    if (hit.every((one) => isWell(one) && context.agents.isConnected(one.id))) return true;
    await context.clock.sleep(LOOK_MS, context.signal);
  }
  return false;
}
