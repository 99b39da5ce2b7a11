import { and, desc, eq } from 'drizzle-orm';
import { recoveries } from '#db/schema/health.ts';
import type { Tx } from '#db/transaction.ts';
import { Layer, type RecoveryView } from '#model/health.ts';

/** Faults and their ends, newest first, of one deployment or layer or of all. */
export async function listRecoveries(
  tx: Tx,
  filter: { deployment?: string | undefined; layer?: Layer | undefined; limit: number },
): Promise<RecoveryView[]> {
  const rows = await tx.db
    .select()
    .from(recoveries)
    .where(
      and(
        filter.deployment === undefined ? undefined : eq(recoveries.deployment, filter.deployment),
        filter.layer === undefined ? undefined : eq(recoveries.layer, filter.layer),
      ),
    )
    .orderBy(desc(recoveries.beganAt), desc(recoveries.id))
    .limit(filter.limit);
  return rows.map(toRecoveryView);
}

export function toRecoveryView(row: typeof recoveries.$inferSelect): RecoveryView {
  return {
    id: row.id,
    layer: Layer.parse(row.layer),
    deployment: row.deployment,
    subject: row.subject,
    title: row.title,
    cause: row.cause,
    beganAt: row.beganAt.toISOString(),
    detectedAt: row.detectedAt?.toISOString() ?? null,
    actedAt: row.actedAt?.toISOString() ?? null,
    recoveredAt: row.recoveredAt?.toISOString() ?? null,
    taskId: row.taskId,
    drillId: row.drillId,
  };
}
