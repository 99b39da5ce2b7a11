/** Time of the agent; tests bring their own. Same shape as the director's clock. */
export type Clock = {
  now(): Date;
  /** Milliseconds since an arbitrary moment; never jumps. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};

/** Sleeps until `ms` have passed or the signal aborts; never rejects. For loops that look at the signal themselves. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  // the abort is the plan: the loop ends by its own condition
  await clock.sleep(ms, signal).catch(() => undefined);
}

/** A wait of at most `most` ms, spread so that many agents do not come at once. */
export const jittered = (least: number, most: number): number => least + Math.random() * (most - least);
