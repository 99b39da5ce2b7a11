import type { Clock } from '#server/platform/clock.ts';
import type { BuildProgress } from '#stemcell/progress.ts';

const SAY_EVERY_MS = 3000;

/**
 * Progress of a build as lines of a task's log: every message that stands alone, counted ones at most each 3 s and the last of each stage.
 * `flush` waits until all lines are written; a failing log fails there, not in the build.
 */
export function logProgress(
  log: (line: string) => Promise<void>,
  clock: Clock,
): { say: (progress: BuildProgress) => void; flush: () => Promise<void> } {
  let written: Promise<void> = Promise.resolve();
  let saidAt = Number.NEGATIVE_INFINITY;
  const say = (progress: BuildProgress) => {
    const counted = progress.total > 0 && progress.done < progress.total;
    if (counted && clock.monotonic() - saidAt < SAY_EVERY_MS) return;
    saidAt = clock.monotonic();
    const count = progress.total > 0 ? ` (${progress.done} of ${progress.total})` : '';
    written = written.then(() => log(`${progress.message}${count}`));
    // waited for by flush; until then a failure must not count as unhandled
    written.catch(() => undefined);
  };
  return { say, flush: () => written };
}
