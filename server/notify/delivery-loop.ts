import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import type { Vault } from '#server/platform/vault.ts';
import { send } from './channels.ts';
import { DeliveryFault } from './delivery-fault.ts';
import { type Attempt, claimDelivery, dueChannels, noteDelivered, noteFailed } from './outbox.ts';

const TICK_MS = 250;

export type DeliveryLoopOptions = {
  pool: Pool;
  vault: Vault;
  clock: Clock;
  log: Log;
  /** Id of the installation and port of its console, for links while nobody has set an address. */
  installation: { id: string; ports: { console: number } };
  signal: AbortSignal;
};

/**
 * Sends what lies in the outbox until the signal aborts. Each channel has a worker of its own that sends one thing at a time: a dead channel holds
 * nobody else up, and what a channel gets comes in order. What was under way when a director dies is sent again by the next: receivers see
 * the same key. A tick that fails (no database) is logged and the next one tries again.
 */
export async function runDeliveryLoop(options: DeliveryLoopOptions): Promise<void> {
  const { pool, clock, log, signal } = options;
  const busy = new Map<string, Promise<void>>();
  while (!signal.aborted) {
    try {
      for (const lane of await inTransaction(pool, dueChannels)) {
        if (busy.has(lane.key)) continue;
        const work = drain(options, lane)
          .catch((error: unknown) =>
            log.warn({ err: error, channel: lane.channelId }, 'deliveries of a channel stopped'),
          )
          .finally(() => busy.delete(lane.key));
        busy.set(lane.key, work);
      }
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'outbox could not be read; next in a moment');
    }
    // the abort ends the sleep; the loop's condition sees it
    await clock.sleep(TICK_MS, signal).catch(() => undefined);
  }
  await Promise.all(busy.values());
}

type Lane = { key: string; channelId: string; test: boolean };

async function drain(options: DeliveryLoopOptions, lane: Lane): Promise<void> {
  const { pool, vault, signal, installation } = options;
  while (!signal.aborted) {
    const attempt = await inTransaction(pool, (tx) => claimDelivery(tx, vault, lane, installation));
    if (!attempt) return;
    await carryOut(options, attempt);
  }
}

async function carryOut({ pool, clock, log, signal }: DeliveryLoopOptions, attempt: Attempt): Promise<void> {
  const { id, channelName, config, secrets, news, origin } = attempt;
  try {
    const receipt = await send({ config, secrets, news, origin, clock, signal });
    await inTransaction(pool, (tx) => noteDelivered(tx, attempt, receipt));
    log.info({ delivery: id, channel: channelName, news: news.news }, 'notification delivered');
  } catch (error) {
    // stopped, not failed: the next director tries it again
    if (signal.aborted) return;
    const sentence = error instanceof Error ? error.message : String(error);
    const wholeChannel = error instanceof DeliveryFault ? error.wholeChannel : true;
    const state = await inTransaction(pool, (tx) => noteFailed(tx, attempt, sentence, wholeChannel));
    log.warn({ delivery: id, channel: channelName, state, reason: sentence }, 'notification not delivered');
  }
}
