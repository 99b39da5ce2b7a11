'use client';

import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { UiState } from '#components/ui/state-shape.tsx';
import { useTRPC } from './trpc.ts';

/** Without a director nobody listens to agents: after this long a green state is only a memory. */
const UNHEARD_MS = 12_000;

/** True when states are as last heard: no director has run for 12 s. */
export function useUnheard(): boolean {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.settings.director.queryOptions());
  const down = data?.state === 'down';
  const [unheard, setUnheard] = useState(false);
  useEffect(() => {
    if (!down) {
      setUnheard(false);
      return;
    }
    const timer = setTimeout(() => setUnheard(true), UNHEARD_MS);
    return () => clearTimeout(timer);
  }, [down]);
  return unheard;
}

/** Green that nobody confirms is unknown; all else stays as it was said. */
export const asHeard = (state: UiState, unheard: boolean): UiState =>
  unheard && state === 'running' ? 'unknown' : state;
