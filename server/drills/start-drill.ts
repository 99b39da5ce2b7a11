import { drills } from '#db/schema/drills.ts';
import type { Tx } from '#db/transaction.ts';
import { DrillRequest } from '#model/drill.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { findClusterRow } from '#server/clusters/cluster-rows.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { authorize } from '#server/identity/authorize.ts';
import { systemClock } from '#server/platform/clock.ts';
import { startTask } from '#server/tasks/start-task.ts';
import { changeDrill } from './drill-rows.ts';
import { kinds } from './kinds.ts';
import { planPreview, refuseIfRed, victimName } from './plan-preview.ts';
import { readFacts } from './read-facts.ts';

/** The undo on the victim comes after the undo of the platform, should that never come. */
const UNDO_MARGIN_MS = 15_000;

/**
 * Starts a drill: the preview is made once more under the lock of the cluster's row, so that of two at once one is refused. Throws
 * drill_refused with the red sentences, not_found, forbidden.
 */
export async function startDrill(tx: Tx, input: DrillRequest, actor: Actor): Promise<{ id: number; taskId: number }> {
  authorize(actor, 'run-drill');
  const request = DrillRequest.parse(input);
  const cluster = await findClusterRow(tx, request.cluster, 'for update');
  const preview = planPreview(await readFacts(tx, cluster, request.kind, systemClock.now()), request);
  const victim = refuseIfRed(preview);
  const kind = kinds[request.kind];
  const [row] = await tx.db
    .insert(drills)
    .values({
      kind: request.kind,
      clusterUuid: cluster.uuid,
      clusterName: cluster.name,
      deployment: preview.deployment,
      victim,
      probes: preview.probes,
      objectives: preview.objectives,
      preview,
      summary: 'Waits for the director to begin.',
      userName: actor.name,
      reason: request.reason,
      injected: {
        cut: request.cut,
        pod: request.pod,
        undoAfterMs: kind.undoAfterMs ?? kind.deadlineMs + UNDO_MARGIN_MS,
      },
    })
    .returning({ id: drills.id });
  if (!row) throw new Error('insert of a drill returned no row');
  const description = `Drill ${row.id} on ${cluster.name}: ${kind.title} (${victimName(victim)})`;
  const taskId = await startTask(
    tx,
    { kind: 'run-drill', subject: String(row.id), description, input: { drill: row.id } },
    actor,
  );
  await changeDrill(tx, row.id, { taskId });
  await appendEvent(tx, 'cluster.changed', `cluster/${cluster.uuid}`, { drill: row.id });
  await appendAudit(tx, actor, 'start-drill', `drill/${row.id}`, {
    kind: request.kind,
    cluster: cluster.name,
    victim: victimName(victim),
    reason: request.reason,
  });
  return { id: row.id, taskId };
}
