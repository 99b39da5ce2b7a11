import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import { alertFailedTasks } from './alert-failed-tasks.ts';
import { pruneAlerts } from './prune-alerts.ts';
import { endMutes, tellCalm } from './release-held.ts';
import { resolveGone } from './resolve-gone.ts';

const TICK_MS = 1000;
const PRUNE_EVERY_MS = 60 * 60_000;

export type AlertLoopOptions = { pool: Pool; clock: Clock; log: Log; signal: AbortSignal };

/** What alerts need while nobody reports: ends of mutes and of flapping, failed tasks of the platform, forgetting old ones. Runs until the signal aborts. */
export async function runAlertLoop({ pool, clock, log, signal }: AlertLoopOptions): Promise<void> {
  let pruneAt = clock.monotonic();
  while (!signal.aborted) {
    try {
      await inTransaction(pool, async (tx) => {
        await alertFailedTasks(tx);
        await resolveGone(tx);
        await endMutes(tx);
        await tellCalm(tx);
        if (clock.monotonic() >= pruneAt) await pruneAlerts(tx);
      });
      if (clock.monotonic() >= pruneAt) pruneAt = clock.monotonic() + PRUNE_EVERY_MS;
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'alerts could not be looked after; next in a moment');
    }
    // the abort ends the sleep; the loop's condition sees it
    await clock.sleep(TICK_MS, signal).catch(() => undefined);
  }
}
