import { and, eq, isNull, lt, ne, sql } from 'drizzle-orm';
import { alerts, deliveries } from '#db/schema/alerts.ts';
import type { Tx } from '#db/transaction.ts';

const KEPT = '90 days';

/** Forgets resolved alerts with their deliveries, and tests of channels, after 90 days. Answers how many alerts. */
export async function pruneAlerts(tx: Tx): Promise<number> {
  const gone = await tx.db
    .delete(alerts)
    .where(and(eq(alerts.state, 'resolved'), lt(alerts.lastAt, sql`now() - ${KEPT}::interval`)))
    .returning({ id: alerts.id });
  await tx.db
    .delete(deliveries)
    .where(
      and(
        isNull(deliveries.alertId),
        ne(deliveries.state, 'waiting'),
        lt(deliveries.createdAt, sql`now() - ${KEPT}::interval`),
      ),
    );
  return gone.length;
}
