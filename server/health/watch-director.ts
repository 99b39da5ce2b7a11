import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';
import { appendEvent } from '#server/events/append-event.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import { readDirector } from './read-director.ts';

const LOOK_MS = 2000;

/** A killed director cannot say that it is gone: the console looks, and makes news of it. Runs until `signal` aborts. */
export async function watchDirector(options: {
  pool: Pool;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}): Promise<void> {
  let known: string | null = null;
  while (!options.signal.aborted) {
    try {
      const { state, since } = await readDirector(options.pool);
      const now = `${state} ${since}`;
      if (known !== null && known !== now) {
        await inTransaction(options.pool, (tx) =>
          appendEvent(tx, 'director.changed', 'director/director-0', { state }),
        );
      }
      known = now;
    } catch (error) {
      options.log.warn({ err: error }, 'cannot read the state of the director');
    }
    // an abort ends the wait; the loop's condition sees it
    await options.clock.sleep(LOOK_MS, options.signal).catch(() => undefined);
  }
}
