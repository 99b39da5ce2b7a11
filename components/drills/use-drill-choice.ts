'use client';

import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { DrillKind, type DrillRequest, type Victim } from '#model/drill.ts';

/** Limits changed for this once; null = not judged. */
export type EditedObjectives = DrillRequest['objectives'];

/** What is chosen on the page. Kind and cluster are in its address, so that a link leads to the same drill. */
export function useDrillChoice(firstCluster: string | undefined) {
  const search = useSearchParams();
  const router = useRouter();
  const pathname = usePathname();
  const parsed = DrillKind.safeParse(search.get('kind'));
  const kind = parsed.success ? parsed.data : 'delete-pod';
  const cluster = search.get('cluster') ?? firstCluster ?? '';
  const [victim, setVictim] = useState<Victim | null>(null);
  const [probes, setProbes] = useState<string[] | null>(null);
  const [objectives, setObjectives] = useState<EditedObjectives>({});
  const [cut, setCut] = useState<DrillRequest['cut']>('director');
  const [reason, setReason] = useState('');

  const choose = (next: { kind?: DrillKind; cluster?: string }) => {
    setVictim(null);
    setProbes(null);
    setObjectives({});
    const chosen = new URLSearchParams({ cluster: next.cluster ?? cluster, kind: next.kind ?? kind });
    router.replace(`${pathname}?${chosen}`, { scroll: false });
  };
  const request: DrillRequest = { kind, cluster, victim, pod: null, cut, probes, objectives, reason };
  /** What the preview depends on: words and limits typed in do not change who is hit. */
  const asked: DrillRequest = { kind, cluster, victim, pod: null, cut, probes: null, objectives: {}, reason: '' };
  return { request, asked, choose, setVictim, setProbes, setObjectives, setCut, setReason };
}

export type DrillChoice = ReturnType<typeof useDrillChoice>;
