import type { Tx } from '#db/transaction.ts';
import type { DrillView } from '#model/drill.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { authorize } from '#server/identity/authorize.ts';
import { systemClock } from '#server/platform/clock.ts';
import { changeDrill, findDrill, toDrillView } from './drill-rows.ts';

/** Stop and undo, in one press, at any time; pressing twice, or after the end, changes nothing. Throws not_found, forbidden. */
export async function stopDrill(tx: Tx, id: number, actor: Actor): Promise<DrillView> {
  authorize(actor, 'run-drill');
  const row = await findDrill(tx, id, 'for update');
  if (row.state !== 'queued' && row.state !== 'running') return toDrillView(row);
  await changeDrill(tx, id, {
    state: 'stopping',
    stopRequestedAt: systemClock.now(),
    summary: `${actor.name} stopped it: being undone.`,
  });
  await appendAudit(tx, actor, 'stop-drill', `drill/${id}`, { cluster: row.clusterName });
  return toDrillView(await findDrill(tx, id));
}
