import { type Clock, pause } from './clock.ts';

/** A sleep that can be cut short. A ring that comes while nobody waits is remembered. */
export class Wake {
  #rung = false;
  #cut: (() => void) | null = null;

  ring(): void {
    this.#rung = true;
    this.#cut?.();
  }

  /** Waits until rung, until `ms` have passed or until the signal aborts; never rejects. */
  async wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      const stop = new AbortController();
      const cut = () => stop.abort();
      this.#cut = cut;
      signal.addEventListener('abort', cut, { once: true });
      await pause(clock, ms, stop.signal);
      signal.removeEventListener('abort', cut);
      this.#cut = null;
    }
    this.#rung = false;
  }
}
