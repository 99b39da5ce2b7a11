'use client';

import { useQuery } from '@tanstack/react-query';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Link } from '#components/ui/link.tsx';
import { StateShape } from '#components/ui/state-shape.tsx';
import { NEWEST_DRILLS } from './drill-limits.ts';
import { isUnderWay } from './drill-words.ts';

/** While any drill runs, the whole shell says so: these words in the top bar and a violet line above it (by the stylesheet). */
export function DrillChip() {
  const trpc = useTRPC();
  const { data = [] } = useQuery(trpc.drills.list.queryOptions({ limit: NEWEST_DRILLS }));
  const running = data.filter(isUnderWay);
  const [first] = running;
  if (!first) return null;
  return (
    <Link
      className="chip"
      data-state="drill"
      data-drill-running=""
      href={running.length === 1 ? links.drill(first.id) : links.drills()}
      title={running.map((drill) => `Drill on ${drill.cluster}`).join(', ')}
    >
      <StateShape state="drill" />
      {running.length === 1 ? `Drill on ${first.cluster}` : `${running.length} drills`}
    </Link>
  );
}
