'use client';

import { usePathname, useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { DrillKind, type DrillRequest, type Victim } from '#model/drill.ts';

/** Limits changed for this once; null = not judged. */
export type EditedObjectives = DrillRequest['objectives'];

const FIRST_KIND: DrillKind = 'delete-pod';

/** What is chosen on the page. Kind and cluster are in its address, so that a link leads to the same drill. */
export function useDrillChoice(firstCluster: string | undefined) {
  const search = useSearchParams();
  const pathname = usePathname();
  const [{ kind, cluster: named }, setChosen] = useState(() => {
    const parsed = DrillKind.safeParse(search.get('kind'));
    return { kind: parsed.success ? parsed.data : FIRST_KIND, cluster: search.get('cluster') };
  });
  const cluster = named ?? firstCluster ?? '';
  const [victim, setVictim] = useState<Victim | null>(null);
  const [probes, setProbes] = useState<string[] | null>(null);
  const [objectives, setObjectives] = useState<EditedObjectives>({});
  const [cut, setCut] = useState<DrillRequest['cut']>('director');
  const [reason, setReason] = useState('');

  const choose = (next: { kind?: DrillKind; cluster?: string }) => {
    setVictim(null);
    setProbes(null);
    setObjectives({});
    const chosen = { cluster: next.cluster ?? cluster, kind: next.kind ?? kind };
    setChosen(chosen);
    // the address follows without asking the server again
    window.history.replaceState(null, '', `${pathname}?${new URLSearchParams(chosen)}`);
  };
  const request: DrillRequest = { kind, cluster, victim, pod: null, cut, probes, objectives, reason };
  /** What the preview depends on: words and limits typed in do not change who is hit. */
  const asked: DrillRequest = { kind, cluster, victim, pod: null, cut, probes: null, objectives: {}, reason: '' };
  return { request, asked, choose, setVictim, setProbes, setObjectives, setCut, setReason };
}

export type DrillChoice = ReturnType<typeof useDrillChoice>;
