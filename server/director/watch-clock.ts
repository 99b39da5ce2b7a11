import type { Clock } from '#server/platform/clock.ts';

const LOOK_MS = 1000;
/** A wall clock that is corrected goes back by less than this in a second. */
const MOST_BACK_MS = 5000;

/**
 * Resolves with the milliseconds by which the wall clock went back between two looks, or with null when the signal aborts. Our own durations are
 * monotonic, but the workflow engine plans its polls of the queues by wall time: after such a jump it would not look at them before the old time
 * comes again.
 */
export async function clockWentBack(clock: Clock, signal: AbortSignal): Promise<number | null> {
  const offset = (): number => clock.now().getTime() - clock.monotonic();
  let before = offset();
  while (!signal.aborted) {
    // the abort ends the sleep; the loop's condition sees it
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
    const now = offset();
    if (before - now > MOST_BACK_MS) return Math.round(before - now);
    before = now;
  }
  return null;
}
