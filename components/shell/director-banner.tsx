'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '#components/live/trpc.ts';
import { StateShape } from '#components/ui/state-shape.tsx';

/** Without a director nothing runs and states are as last heard: that must be said on every page. */
export function DirectorBanner() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.settings.director.queryOptions());
  if (!data || data.state === 'running') return null;
  return (
    <div className="banner" data-state="attention" role="status">
      <StateShape state="attention" />
      No director is running: states are as last heard, and what you ask for waits until one starts.
    </div>
  );
}
