import type { DrillView, Verdict } from '#model/drill.ts';
import { LAYERS, type Layer } from '#model/health.ts';

/** A result older than this says little about the cluster of today. */
export const STALE_MS = 30 * 86_400_000;

/** Last judged drill of one layer on one cluster; null = never. */
export type CoverageCell = { layer: Layer; drill: { id: number; verdict: Verdict; at: string; stale: boolean } | null };
export type CoverageRow = { cluster: string; cells: CoverageCell[] };

/** Layer × cluster with the newest drill that came to a verdict; one that was stopped proves nothing. */
export function coverageOf(clusters: readonly string[], drills: readonly DrillView[], now: number): CoverageRow[] {
  const newestFirst = drills.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  return clusters.map((cluster) => ({
    cluster,
    cells: LAYERS.map((layer) => ({ layer, drill: lastOf(newestFirst, cluster, layer, now) })),
  }));
}

function lastOf(newestFirst: readonly DrillView[], cluster: string, layer: Layer, now: number): CoverageCell['drill'] {
  for (const drill of newestFirst) {
    if (drill.cluster !== cluster || drill.layer !== layer) continue;
    if (drill.verdict === null || drill.verdict === 'STOPPED') continue;
    const at = drill.endedAt ?? drill.createdAt;
    return { id: drill.id, verdict: drill.verdict, at, stale: now - Date.parse(at) > STALE_MS };
  }
  return null;
}
