'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '#components/live/trpc.ts';
import { Card } from '#components/ui/card.tsx';
import { StateShape, type UiState } from '#components/ui/state-shape.tsx';
import type { DrillView } from '#model/drill.ts';
import type { MarkPhase, MarkView } from '#model/health.ts';
import { seconds } from './drill-words.ts';
import { offsetOf } from './lane-events.ts';

const PHASE_SHOWN = {
  injected: 'drill',
  detected: 'attention',
  acting: 'working',
  recovered: 'done',
  note: 'waiting',
} as const satisfies Record<MarkPhase, UiState>;

/** The newest this many are listed; the table of pods below shows all. */
const LISTED = 6;

/** What became of pods and nodes since the injection, newest first: gone, scheduled, ready, with the cluster's own times. */
export function PodsMoving({ drill }: { drill: DrillView }) {
  const trpc = useTRPC();
  const marks = useQuery(trpc.drills.marks.queryOptions({ id: drill.id }));
  const news = (marks.data ?? [])
    .filter((mark) => mark.lane === 'pod' || mark.lane === 'node')
    .toSorted((a, b) => b.at.localeCompare(a.at));
  const back = new Set(news.filter((mark) => mark.phase === 'recovered').map((mark) => mark.subject)).size;
  return (
    <Card
      title="Pods moving"
      aside={<span className="cap">{back === 0 ? 'from the cluster itself' : `${back} back`}</span>}
    >
      {news.length === 0 ? (
        <p className="pad muted">No pod and no node has changed since the injection.</p>
      ) : (
        <ul className="list">
          {news.slice(0, LISTED).map((mark) => (
            <PodNews key={mark.id} mark={mark} injectedAt={drill.injectedAt} />
          ))}
          {news.length > LISTED ? (
            <li>
              <StateShape state="waiting" />
              <span className="muted">{news.length - LISTED} earlier</span>
              <span />
            </li>
          ) : null}
        </ul>
      )}
    </Card>
  );
}

function PodNews({ mark, injectedAt }: { mark: MarkView; injectedAt: string | null }) {
  const state = PHASE_SHOWN[mark.phase];
  return (
    <li data-state={state}>
      <StateShape state={state} />
      <span className="clip" title={mark.title}>
        {mark.title}
      </span>
      <span className="cap">{injectedAt ? `${seconds(offsetOf(mark, injectedAt))} s` : ''}</span>
    </li>
  );
}
