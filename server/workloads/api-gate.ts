import type { KubeApi } from '#server/kubernetes/kube-api.ts';
import type { Clock } from '#server/platform/clock.ts';

/** How often an API that seems well is asked, and one that does not answer: sooner at first. */
const BEAT_MS = 5000;
const RETRY_MS = [100, 200, 300, 500, 500, 500, 1000, 1000, 2000, 2000, 3000];
const PATH = '/api/v1/namespaces/default';

/**
 * Whether a cluster's API answers, found out by one request for all that wait: while it does not, nobody else knocks. `session` ends with each
 * outage, so that watches on a master that is gone are dropped at once.
 */
export class ApiGate {
  readonly #api: Pick<KubeApi, 'send'>;
  readonly #clock: Clock;
  #isOpen = false;
  #session = new AbortController();
  #wake: (() => void)[] = [];
  #lookNow = new AbortController();
  /** Why it is closed; null while open. */
  problem: string | null = null;

  constructor(api: Pick<KubeApi, 'send'>, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Resolves with the signal of the present session, now or when the API is back; rejects when `signal` aborts. */
  async pass(signal: AbortSignal): Promise<AbortSignal> {
    while (!this.#isOpen) {
      signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    signal.throwIfAborted();
    return this.#session.signal;
  }

  /** Somebody's request failed: look now rather than at the next beat. */
  suspect(): void {
    this.#lookNow.abort();
  }

  /** Looks until the signal aborts; `onTurn` is told when it opens or closes. */
  async run(signal: AbortSignal, onTurn: (isOpen: boolean) => void): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      this.#lookNow = new AbortController();
      const problem = await this.#look(signal);
      if (signal.aborted) return;
      failures = problem === null ? 0 : failures + 1;
      this.problem = problem;
      if ((problem === null) !== this.#isOpen) this.#turn(problem === null, onTurn);
      const pause = problem === null ? BEAT_MS : (RETRY_MS[failures - 1] ?? BEAT_MS);
      // cut short by a suspicion or by the end; the loop's condition sees which
      await this.#clock.sleep(pause, AbortSignal.any([signal, this.#lookNow.signal])).catch(() => undefined);
    }
  }

  async #look(signal: AbortSignal): Promise<string | null> {
    try {
      await this.#api.send({ path: PATH, signal });
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #turn(isOpen: boolean, onTurn: (isOpen: boolean) => void): void {
    this.#isOpen = isOpen;
    if (isOpen) {
      const waiting = this.#wake;
      this.#wake = [];
      for (const wake of waiting) wake();
    } else {
      this.#session.abort();
      this.#session = new AbortController();
    }
    onTurn(isOpen);
  }
}
