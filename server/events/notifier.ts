import type { Pool } from 'pg';
import { systemClock } from '#server/platform/clock.ts';

/** NOTIFY takes a global lock at commit, so many deeds share one: at most one a window and pool. */
const WINDOW_MS = 50;
export const CHANNEL = 'tessera_events';

type Wake = { lastAt: number; waiting: boolean };
const wakes = new WeakMap<Pool, Wake>();

/** Tells listeners that rows are there: at once when quiet, else at the end of the window. Listeners also poll, so a lost NOTIFY only delays. */
export function wakeListeners(pool: Pool): void {
  const wake = wakes.get(pool) ?? { lastAt: Number.NEGATIVE_INFINITY, waiting: false };
  wakes.set(pool, wake);
  if (wake.waiting) return;
  wake.waiting = true;
  // a lost wake-up costs one poll interval, and a broken pool shows itself to its users
  notify(pool, wake).catch(() => undefined);
}

async function notify(pool: Pool, wake: Wake): Promise<void> {
  const wait = wake.lastAt + WINDOW_MS - systemClock.monotonic();
  if (wait > 0) await systemClock.sleep(wait);
  wake.waiting = false;
  wake.lastAt = systemClock.monotonic();
  await pool.query(`notify ${CHANNEL}`);
}
