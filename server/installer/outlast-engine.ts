import { asTesseraError } from '#server/platform/error.ts';
import type { StepContext } from './step.ts';

/** The launcher starts an engine that ended again: after a second, after several when it ends again and again. */
const PATIENCE_MS = 15_000;
const PAUSE_MS = 500;

/**
 * Runs `work` again while the infrastructure does not answer, for a while; then its sentence passes on. Steps look before they act, so
 * running one again is what they are made for.
 */
export async function outlastEngine(
  { clock, log, signal }: Pick<StepContext, 'clock' | 'log' | 'signal'>,
  work: () => Promise<void>,
): Promise<void> {
  let awaySince: number | null = null;
  for (;;) {
    try {
      await work();
      return;
    } catch (thrown) {
      const error = asTesseraError(thrown);
      if (error.code !== 'cpi_unavailable' || signal.aborted) throw thrown;
      if (awaySince === null) await log(`${error.message} Trying for ${PATIENCE_MS / 1000} s.`, 'warn');
      awaySince ??= clock.monotonic();
      if (clock.monotonic() - awaySince > PATIENCE_MS) throw thrown;
      await clock.sleep(PAUSE_MS, signal);
    }
  }
}
