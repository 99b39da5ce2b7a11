import type { Driver } from './driver.ts';

/** Podman's network set-up (netavark 1.4) fails now and then while other installations make networks on the same host; a moment later it works. */
const TRIES = 4;
const PAUSE_MS = 250;

/** Starts a container by name; a start that fails is tried again, a start of one that runs is fine. `doing` begins the sentence of a failure. */
export async function startContainer(driver: Driver, name: string, doing: string, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await driver.engine.call(doing, signal, (abortSignal) =>
        driver.engine.docker.getContainer(name).start({ abortSignal }),
      );
      return;
    } catch (error) {
      if (attempt === TRIES || signal.aborted) throw error;
      await driver.clock.sleep(PAUSE_MS * attempt, signal);
    }
  }
}
