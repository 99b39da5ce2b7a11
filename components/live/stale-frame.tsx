'use client';

import type { ReactNode } from 'react';
import { useLiveState } from './live-provider.tsx';

/** Greys the page while it is not live: old green must not pass for green. */
export function StaleFrame({ children }: { children: ReactNode }) {
  const { state } = useLiveState();
  return <div className={state === 'lost' ? 'page stale' : 'page'}>{children}</div>;
}
