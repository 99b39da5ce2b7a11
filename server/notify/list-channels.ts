import { asc, like } from 'drizzle-orm';
import { z } from 'zod';
import { channels } from '#db/schema/alerts.ts';
import { secrets } from '#db/schema/secrets.ts';
import type { Tx } from '#db/transaction.ts';
import { type ChannelView, DELIVERY_STATES } from '#model/channel.ts';
import { channelSecret, toChannel } from './channel-rows.ts';

const MAX_CHANNELS = 500;
const Fate = z.object({
  channel_id: z.string(),
  state: z.enum(DELIVERY_STATES).nullable(),
  at: z.date().nullable(),
  receipt: z.string().nullable(),
  waiting: z.number(),
});

/** All channels by name, with how their last news fared; of secrets only which are set, and since when. */
export async function listChannels(tx: Tx): Promise<ChannelView[]> {
  const rows = await tx.db.select().from(channels).orderBy(asc(channels.name)).limit(MAX_CHANNELS);
  const set = await tx.db
    .select({ name: secrets.name, setAt: secrets.updatedAt })
    .from(secrets)
    .where(like(secrets.name, '/channels/%'))
    .limit(MAX_CHANNELS * 4);
  const fates = await readFates(tx);
  return rows.map((row) => {
    const fate = fates.get(row.id);
    const folder = channelSecret(row.id);
    return {
      ...toChannel(row),
      id: row.id,
      secrets: set
        .filter(({ name }) => name.startsWith(folder))
        .map(({ name, setAt }) => ({ field: name.slice(folder.length), setAt: setAt.toISOString() })),
      managedBy: row.managedBy,
      last: fate?.state && fate.at ? { state: fate.state, at: fate.at.toISOString(), receipt: fate.receipt } : null,
      waiting: fate?.waiting ?? 0,
    };
  });
}

/** Of each channel the newest delivery that was tried, and how many wait. */
async function readFates(tx: Tx): Promise<Map<string, z.infer<typeof Fate>>> {
  const { rows } = await tx.client.query(
    `select c.id as channel_id, last.state, coalesce(last.delivered_at, last.created_at) as at, last.receipt,
            (select count(*)::int from deliveries w where w.channel_id = c.id and w.state = 'waiting') as waiting
       from channels c
       left join lateral (select * from deliveries d where d.channel_id = c.id and d.attempts > 0 order by d.id desc limit 1) last on true
      limit ${MAX_CHANNELS}`,
  );
  return new Map(rows.map((row) => Fate.parse(row)).map((fate) => [fate.channel_id, fate]));
}
