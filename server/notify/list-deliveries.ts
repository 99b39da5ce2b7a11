import { and, desc, eq, lt } from 'drizzle-orm';
import { channels, deliveries } from '#db/schema/alerts.ts';
import type { Tx } from '#db/transaction.ts';
import type { DeliveryView } from '#model/channel.ts';
import { toDeliveryView } from './channel-rows.ts';

/** The delivery log, newest first; `before` = only older ones than this id, for the next page. */
export async function listDeliveries(
  tx: Tx,
  wanted: {
    alertId?: number | undefined;
    channelId?: string | undefined;
    before?: number | undefined;
    limit: number;
  },
): Promise<DeliveryView[]> {
  const rows = await tx.db
    .select({ delivery: deliveries, channelName: channels.name })
    .from(deliveries)
    .innerJoin(channels, eq(channels.id, deliveries.channelId))
    .where(
      and(
        wanted.alertId === undefined ? undefined : eq(deliveries.alertId, wanted.alertId),
        wanted.channelId === undefined ? undefined : eq(deliveries.channelId, wanted.channelId),
        wanted.before === undefined ? undefined : lt(deliveries.id, wanted.before),
      ),
    )
    .orderBy(desc(deliveries.id))
    .limit(wanted.limit);
  return rows.map(({ delivery, channelName }) => toDeliveryView(delivery, channelName));
}
