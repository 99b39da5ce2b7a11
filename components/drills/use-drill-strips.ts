'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { useApi } from '#components/live/live-provider.tsx';
import type { DrillView, ProbeStrip } from '#model/drill.ts';
import { isUnderWay } from './drill-words.ts';
import { mergeSamples } from './strip-columns.ts';

/** Read again although known: a second may have been read before it was whole. */
const OVERLAP_S = 3;

/** Strips of a drill, grown by what is new each time an event says so: ten samples a second must not be read from the start each time. */
export function useDrillStrips(drill: Pick<DrillView, 'id' | 'state' | 'injectedAt'>) {
  const api = useApi();
  const queries = useQueryClient();
  const { id, injectedAt } = drill;
  /** Offsets count from the injection: what was read before it is worth nothing after. */
  const countedFrom = useRef<string | null>(null);
  // the key of drills.strips, so that events find it
  const queryKey = [['drills', 'strips'], { input: { id }, type: 'query' }];
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const known = queries.getQueryData<ProbeStrip[]>(queryKey) ?? [];
      const last = Math.max(...known.map((strip) => strip.samples.at(-1)?.at ?? Number.NEGATIVE_INFINITY));
      const readAt = queries.getQueryState(queryKey)?.dataUpdatedAt ?? 0;
      const grows = injectedAt !== null && countedFrom.current === injectedAt && Number.isFinite(last);
      countedFrom.current = injectedAt;
      if (!grows || !isUnderWay(drill)) return api.drills.strips.query({ id }, { signal });
      const age = Math.ceil((performance.timeOrigin + performance.now() - readAt) / 1000);
      const fresh = await api.drills.strips.query({ id, seconds: age + OVERLAP_S }, { signal });
      return fresh.map((strip) => ({
        probe: strip.probe,
        samples: mergeSamples(known.find((each) => each.probe.id === strip.probe.id)?.samples ?? [], strip.samples),
      }));
    },
  });
}
