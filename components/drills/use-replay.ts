'use client';

import { useCallback, useEffect, useRef, useState } from 'react';

const FRAME_MS = 100;

/** Plays a recording in real time from `fromMs` to `toMs`; `at` is null while it does not play and everything is shown. */
export function useReplay(fromMs: number, toMs: number) {
  const [at, setAt] = useState<number | null>(null);
  const timer = useRef<ReturnType<typeof setInterval> | null>(null);
  const stop = useCallback(() => {
    if (timer.current !== null) clearInterval(timer.current);
    timer.current = null;
    setAt(null);
  }, []);
  const play = useCallback(() => {
    stop();
    const began = performance.now();
    setAt(fromMs);
    timer.current = setInterval(() => {
      const ms = fromMs + performance.now() - began;
      if (ms >= toMs) stop();
      else setAt(ms);
    }, FRAME_MS);
  }, [fromMs, stop, toMs]);
  useEffect(() => stop, [stop]);
  return { at, play, stop };
}
