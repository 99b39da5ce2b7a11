'use client';

import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';

/** Why this person cannot switch VMs now; null when they can. */
export function useInfrastructureRefusal(): string | null {
  const { rights } = useSession();
  const stale = useStaleRefusal();
  return (
    stale ?? (rights['use-infrastructure'] ? null : 'that takes one of the groups opsman.admin or opsman.full_control')
  );
}
