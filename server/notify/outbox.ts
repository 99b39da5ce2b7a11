import { randomInt } from 'node:crypto';
import { and, eq, gt, isNotNull, ne, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { channels, deliveries } from '#db/schema/alerts.ts';
import type { Tx } from '#db/transaction.ts';
import { CHANNEL_SECRETS, ChannelConfig } from '#model/channel.ts';
import { raiseAlert, resolveAlert } from '#server/alerts/raise-alert.ts';
import { appendEvent } from '#server/events/append-event.ts';
import type { Vault } from '#server/platform/vault.ts';
import { channelSecret } from './channel-rows.ts';
import { readConsoleUrl } from './console-url.ts';
import { AlertNews, type Origin } from './news.ts';

/** Pauses before the attempts after the first, seconds: eight attempts over about an hour. */
const PAUSES_S = [5, 15, 45, 135, 405, 1200, 1800];
const MOST_ATTEMPTS = PAUSES_S.length + 1;
/** Random share of a pause that is added or taken, so that channels of one dead server do not come back together. */
const JITTER_PERCENT = 20;
/** After so many failures in a row a person should know. */
const TELL_AFTER = 3;
/** While an attempt is under way nobody else makes it; longer than any attempt takes. */
const CLAIM_S = 30;
const MOST_LANES = 1000;

/** Where deliveries wait in line: a channel, and apart from it the tests of the channel, which somebody watches. */
export type Lane = { key: string; channelId: string; test: boolean };
/** One attempt, claimed. */
export type Attempt = {
  id: number;
  channelId: string;
  channelName: string;
  /** Counted from 1, this one included. */
  attempts: number;
  config: ChannelConfig;
  secrets: Record<string, string>;
  news: AlertNews;
  origin: Origin;
};

const LaneRow = z.object({ channel_id: z.string(), test: z.boolean() });

/** Lanes with something due. */
export async function dueChannels(tx: Tx): Promise<Lane[]> {
  const { rows } = await tx.client.query(
    `select distinct d.channel_id, d.news = 'test' as test
       from deliveries d join channels c on c.id = d.channel_id
      where d.state = 'waiting' and d.next_at <= now() and (c.enabled or d.news = 'test')
      limit ${MOST_LANES}`,
  );
  return rows.map((row) => {
    const { channel_id: channelId, test } = LaneRow.parse(row);
    return { key: `${channelId} ${test}`, channelId, test };
  });
}

/**
 * Takes the oldest due delivery of a lane whose alert has no older one waiting there (raised before resolved), counts the attempt and reads
 * what it needs. Null when nothing is due. A crash after this leaves the attempt counted and the delivery waiting.
 */
export async function claimDelivery(
  tx: Tx,
  vault: Vault,
  lane: Lane,
  installation: { id: string; ports: { console: number } },
): Promise<Attempt | null> {
  const { rows } = await tx.client.query(
    `update deliveries set attempts = attempts + 1, receipt = null, next_at = now() + interval '${CLAIM_S} seconds'
      where id = (select d.id from deliveries d
                   where d.channel_id = $1 and d.state = 'waiting' and d.next_at <= now() and (d.news = 'test') = $2
                     and not exists (select 1 from deliveries older
                                      where older.channel_id = d.channel_id and older.alert_id = d.alert_id
                                        and older.state = 'waiting' and older.id < d.id)
                   order by d.id limit 1 for update skip locked)
      returning id, attempts, payload`,
    [lane.channelId, lane.test],
  );
  if (!rows[0]) return null;
  const claimed = z.object({ id: z.number(), attempts: z.number(), payload: AlertNews }).parse(rows[0]);
  const [channel] = await tx.db.select().from(channels).where(eq(channels.id, lane.channelId)).limit(1);
  if (!channel) return null;
  const config = ChannelConfig.parse(channel.config);
  const consoleUrl = (await readConsoleUrl(tx)) ?? `http://127.0.0.1:${installation.ports.console}`;
  return {
    id: claimed.id,
    channelId: channel.id,
    channelName: channel.name,
    attempts: claimed.attempts,
    config,
    secrets: await readSecrets(tx, vault, channel.id, config),
    news: claimed.payload,
    origin: { installation: installation.id, consoleUrl },
  };
}

async function readSecrets(tx: Tx, vault: Vault, id: string, config: ChannelConfig): Promise<Record<string, string>> {
  const fields: readonly string[] = CHANNEL_SECRETS[config.kind];
  const values = await vault.readMany(
    tx,
    fields.map((field) => channelSecret(id, field)),
  );
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = values.get(channelSecret(id, field));
      return value === undefined ? [] : [[field, value]];
    }),
  );
}

/** The other side took it: the channel works, so what was put off is due now. */
export async function noteDelivered(tx: Tx, attempt: Attempt, receipt: string): Promise<void> {
  await tx.db
    .update(deliveries)
    .set({ state: 'delivered', receipt, deliveredAt: sql`now()`, nextAt: null })
    .where(eq(deliveries.id, attempt.id));
  await tx.db
    .update(deliveries)
    .set({ nextAt: sql`now()` })
    .where(
      and(
        eq(deliveries.channelId, attempt.channelId),
        eq(deliveries.state, 'waiting'),
        gt(deliveries.nextAt, sql`now()`),
        // tried and without a receipt: under way at this moment
        or(eq(deliveries.attempts, 0), isNotNull(deliveries.receipt)),
      ),
    );
  await resolveAlert(tx, `channel:${attempt.channelId}`, `Notifications by ${attempt.channelName} arrive again.`);
  await tellOf(tx, attempt, 'delivered');
}

/**
 * It did not go through: it is tried again later, or given up after the last attempt; a test is tried once. Of a channel that takes nothing at
 * all, all that waits is put off: its oldest tries the door for the others. Answers the delivery's state.
 */
export async function noteFailed(
  tx: Tx,
  attempt: Attempt,
  sentence: string,
  wholeChannel: boolean,
): Promise<'waiting' | 'failed'> {
  const isTest = attempt.news.news === 'test';
  const givenUp = isTest || attempt.attempts >= MOST_ATTEMPTS;
  const pause = pauseOf(attempt.attempts);
  const nextAt = givenUp ? null : sql`now() + make_interval(secs => ${pause}::float8)`;
  await tx.db
    .update(deliveries)
    .set({ state: givenUp ? 'failed' : 'waiting', receipt: sentence, nextAt })
    .where(eq(deliveries.id, attempt.id));
  if (isTest) {
    await tellOf(tx, attempt, 'failed');
    return 'failed';
  }
  if (wholeChannel && !givenUp) await putOffOthers(tx, attempt, pause);
  if (givenUp || attempt.attempts >= TELL_AFTER) await raiseChannelAlert(tx, attempt, sentence, givenUp);
  await tellOf(tx, attempt, givenUp ? 'failed' : 'waiting');
  return givenUp ? 'failed' : 'waiting';
}

/** Seconds until the next attempt. */
function pauseOf(attempts: number): number {
  const pause = PAUSES_S[attempts - 1] ?? 0;
  return (pause * (100 + randomInt(-JITTER_PERCENT, JITTER_PERCENT + 1))) / 100;
}

async function putOffOthers(tx: Tx, attempt: Attempt, pause: number): Promise<void> {
  await tx.db
    .update(deliveries)
    // a moment later than the one that tries the door
    .set({ nextAt: sql`greatest(${deliveries.nextAt}, now() + make_interval(secs => ${pause + 1}::float8))` })
    .where(
      and(
        eq(deliveries.channelId, attempt.channelId),
        eq(deliveries.state, 'waiting'),
        ne(deliveries.id, attempt.id),
        ne(deliveries.news, 'test'),
      ),
    );
}

async function raiseChannelAlert(tx: Tx, attempt: Attempt, sentence: string, givenUp: boolean): Promise<void> {
  const fate = givenUp
    ? `"${attempt.news.alert.title}" was given up after ${attempt.attempts} attempts.`
    : 'What waits is kept and tried again.';
  await raiseAlert(tx, {
    key: `channel:${attempt.channelId}`,
    severity: givenUp ? 'error' : 'warning',
    category: 'director',
    subject: `channel/${attempt.channelId}`,
    deployment: null,
    title: `Notifications by ${attempt.channelName} do not arrive`,
    detail: `${sentence} ${fate}`,
    handled: false,
  });
}

const tellOf = (tx: Tx, attempt: Attempt, state: string): Promise<void> =>
  appendEvent(tx, 'delivery.changed', `delivery/${attempt.id}`, { channelId: attempt.channelId, state });
