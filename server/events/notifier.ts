import type { Pool } from 'pg';

/** NOTIFY takes a global lock at commit, so many deeds share one: at most one a window and pool. */
const WINDOW_MS = 50;
export const CHANNEL = 'tessera_events';

type Wake = { lastAt: number; timer: NodeJS.Timeout | null };
const wakes = new WeakMap<Pool, Wake>();

/** Tells listeners that rows are there: at once when quiet, else at the end of the window. Listeners also poll, so a lost NOTIFY only delays. */
export function wakeListeners(pool: Pool): void {
  const wake = wakes.get(pool) ?? { lastAt: Number.NEGATIVE_INFINITY, timer: null };
  wakes.set(pool, wake);
  if (wake.timer) return;
  const wait = Math.max(0, wake.lastAt + WINDOW_MS - performance.now());
  wake.timer = setTimeout(() => {
    wake.timer = null;
    wake.lastAt = performance.now();
    // a lost wake-up costs one poll interval, and a broken pool shows itself to its users
    pool.query(`notify ${CHANNEL}`).catch(() => undefined);
  }, wait);
  wake.timer.unref();
}
