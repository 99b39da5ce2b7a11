import { deliveries } from '#db/schema/alerts.ts';
import type { Tx } from '#db/transaction.ts';
import type { DeliveryView } from '#model/channel.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { authorize } from '#server/identity/authorize.ts';
import type { Clock } from '#server/platform/clock.ts';
import { newUuid } from '#server/platform/ids.ts';
import { lockChannel, toDeliveryView } from './channel-rows.ts';
import { testNews } from './test-news.ts';

/**
 * Sends a test as any news is sent: through the outbox, by the director. It is tried once, at once, whatever else waits, and also when the
 * channel is switched off. Answers the delivery, whose state and receipt tell how it went. Throws not_found.
 */
export async function testChannel(tx: Tx, clock: Clock, id: string, actor: Actor): Promise<DeliveryView> {
  authorize(actor, 'manage-settings');
  const channel = await lockChannel(tx, id);
  const payload = testNews(newUuid(), channel.name, clock.now());
  const [row] = await tx.db
    .insert(deliveries)
    .values({ channelId: id, alertId: null, news: 'test', title: payload.alert.title, payload })
    .returning();
  if (!row) throw new Error('insert of a delivery returned no row');
  await appendAudit(tx, actor, 'test-channel', `channel/${id}`, { name: channel.name });
  await appendEvent(tx, 'delivery.changed', `delivery/${row.id}`, { channelId: id, state: 'waiting' });
  return toDeliveryView(row, channel.name);
}
