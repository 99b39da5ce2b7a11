'use client';

import { useCallback, useSyncExternalStore } from 'react';

/** The only reader of the wall clock in the browser: relative times share its ticks. */
export const wallNow = (): number => Date.now();

/** Wall time in ms, refreshed every `everyMs`; steady between ticks so that renders agree. */
export function useNow(everyMs: number): number {
  const subscribe = useCallback(
    (onTick: () => void) => {
      const timer = setInterval(onTick, everyMs);
      return () => clearInterval(timer);
    },
    [everyMs],
  );
  const snapshot = useCallback(() => Math.floor(wallNow() / everyMs) * everyMs, [everyMs]);
  return useSyncExternalStore(subscribe, snapshot, snapshot);
}
