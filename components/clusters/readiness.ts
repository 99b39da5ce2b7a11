import { coverageOf } from '#components/drills/coverage.ts';
import type { DrillView } from '#model/drill.ts';

/** How many of the four layers passed their newest drill on this cluster, within the last 30 days. Pure. */
export function passedLayers(cluster: string, drills: readonly DrillView[], now: number): number {
  const [row] = coverageOf([cluster], drills, now);
  return (row?.cells ?? []).filter(({ drill }) => drill !== null && drill.verdict === 'PASS' && !drill.stale).length;
}

/** The longest gap any probe of the newest judged drill saw, ms; null when no drill measured one. */
export function longestGapMs(drills: readonly DrillView[]): { ms: number; drill: number } | null {
  const last = drills
    .filter((drill) => drill.verdict !== null && drill.verdict !== 'STOPPED' && drill.figures.length > 0)
    .toSorted((a, b) => b.id - a.id)[0];
  if (!last) return null;
  return { ms: Math.max(...last.figures.map((figures) => figures.longestGapMs)), drill: last.id };
}
