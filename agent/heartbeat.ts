import type { Vitals } from '#model/deployment.ts';
import { type Clock, jittered, pause } from './clock.ts';
import { VITALS_INTERVAL_MS } from './timing.ts';
import { Wake } from './wake.ts';

/** Changes that come together (a whole VM starting) are one message. */
const GATHER_MS = 50;
const JITTER = 0.1;

export type HeartbeatOptions = { clock: Clock; readVitals: () => Vitals; sendState: (vitals: Vitals | null) => void };

/** Tells the director the state when it changes, and vitals every 30 s; life itself is told by the connection's ping. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #changed = new Wake();

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  noteChange(): void {
    this.#changed.ring();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, readVitals, sendState } = this.#options;
    let vitalsAt = clock.monotonic();
    while (!signal.aborted) {
      const left = vitalsAt - clock.monotonic();
      await this.#changed.wait(clock, Math.max(0, left), signal);
      await pause(clock, GATHER_MS, signal);
      if (signal.aborted) return;
      const isDue = clock.monotonic() >= vitalsAt;
      if (isDue)
        vitalsAt = clock.monotonic() + jittered(VITALS_INTERVAL_MS * (1 - JITTER), VITALS_INTERVAL_MS * (1 + JITTER));
      sendState(isDue ? readVitals() : null);
    }
  }
}
