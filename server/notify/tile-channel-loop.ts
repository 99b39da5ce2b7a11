import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import type { Vault } from '#server/platform/vault.ts';
import { syncTileChannels, tileRevision } from './tile-channels.ts';

const TICK_MS = 2000;

export type TileChannelLoopOptions = { pool: Pool; vault: Vault; clock: Clock; log: Log; signal: AbortSignal };

/** Follows the applied BOSH Director tile with its channels, until the signal aborts. */
export async function runTileChannelLoop({ pool, vault, clock, log, signal }: TileChannelLoopOptions): Promise<void> {
  let seen: string | null = null;
  while (!signal.aborted) {
    try {
      await inTransaction(pool, async (tx) => {
        const revision = await tileRevision(tx);
        if (revision === null || revision === seen) return;
        for (const fault of await syncTileChannels(tx, vault))
          log.warn({ fault }, 'a channel of the tile cannot be made');
        seen = revision;
      });
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'channels of the tile could not be followed; next in a moment');
    }
    // the abort ends the sleep; the loop's condition sees it
    await clock.sleep(TICK_MS, signal).catch(() => undefined);
  }
}
