import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { channels, type deliveries } from '#db/schema/alerts.ts';
import type { Tx } from '#db/transaction.ts';
import { Severity } from '#model/alert.ts';
import { type Channel, ChannelConfig, DELIVERY_STATES, type DeliveryView, NEWS } from '#model/channel.ts';
import { TesseraError } from '#server/platform/error.ts';

export type ChannelRow = typeof channels.$inferSelect;
export type DeliveryRow = typeof deliveries.$inferSelect;

const State = z.enum(DELIVERY_STATES);
const NewsWord = z.enum(NEWS);

export const toChannel = (row: ChannelRow): Channel => ({
  name: row.name,
  enabled: row.enabled,
  config: ChannelConfig.parse(row.config),
  minimumSeverity: Severity.parse(row.minimumSeverity),
  deployments: row.deployments,
  drills: row.drills,
});

export const toDeliveryView = (row: DeliveryRow, channelName: string): DeliveryView => ({
  id: row.id,
  channelId: row.channelId,
  channelName,
  alertId: row.alertId,
  news: NewsWord.parse(row.news),
  title: row.title,
  state: State.parse(row.state),
  attempts: row.attempts,
  receipt: row.receipt,
  createdAt: row.createdAt.toISOString(),
  deliveredAt: row.deliveredAt?.toISOString() ?? null,
  nextAt: row.state === 'waiting' ? (row.nextAt?.toISOString() ?? null) : null,
  drillId: row.drillId,
});

/** The channel, its row locked; throws not_found. */
export async function lockChannel(tx: Tx, id: string): Promise<ChannelRow> {
  const [row] = await tx.db.select().from(channels).where(eq(channels.id, id)).limit(1).for('update');
  if (!row) throw new TesseraError('not_found', `There is no channel ${id}.`);
  return row;
}

/** Where a secret of a channel lies in the vault. */
export const channelSecret = (id: string, field = ''): string => `/channels/${id}/${field}`;
