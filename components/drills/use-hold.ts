'use client';

import { useCallback, useEffect, useRef, useState } from 'react';

/** A press shorter than this is an accident. */
export const HOLD_MS = 600;

/**
 * A button that acts when it is held. Pointer and Space or Enter count alike; letting go, leaving and losing focus end the hold.
 * `act` runs once a hold. Returns what to spread on the button.
 */
export function useHold(act: () => void) {
  const [held, setHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const end = useCallback(() => {
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = null;
    setHeld(false);
  }, []);
  const begin = useCallback(() => {
    if (timer.current !== null) return;
    setHeld(true);
    timer.current = setTimeout(() => {
      end();
      act();
    }, HOLD_MS);
  }, [act, end]);
  useEffect(() => end, [end]);
  return {
    held,
    props: {
      onPointerDown: begin,
      onPointerUp: end,
      onPointerLeave: end,
      onPointerCancel: end,
      onBlur: end,
      onContextMenu: (event: { preventDefault: () => void }) => event.preventDefault(),
      onKeyDown: (event: { key: string; preventDefault: () => void }) => {
        if (event.key !== ' ' && event.key !== 'Enter') return;
        event.preventDefault();
        begin();
      },
      onKeyUp: end,
    },
  };
}
