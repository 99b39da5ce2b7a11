import type { Tx } from '#db/transaction.ts';
import { type DrillPreview, DrillRequest } from '#model/drill.ts';
import type { Actor } from '#model/role.ts';
import { findClusterRow } from '#server/clusters/cluster-rows.ts';
import { authorize } from '#server/identity/authorize.ts';
import { systemClock } from '#server/platform/clock.ts';
import { planPreview } from './plan-preview.ts';
import { readFacts } from './read-facts.ts';

/** Read-only: who would be hit, what is checked, what would be measured. Throws not_found, forbidden. */
export async function previewDrill(tx: Tx, input: DrillRequest, actor: Actor): Promise<DrillPreview> {
  const request = DrillRequest.parse(input);
  const cluster = await findClusterRow(tx, request.cluster, 'read');
  authorize(actor, 'view-cluster', { ownedBy: cluster.owner });
  return planPreview(await readFacts(tx, cluster, request.kind, systemClock.now()), request);
}
