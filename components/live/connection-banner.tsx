'use client';

import { useEffect } from 'react';
import { formatSpan } from '#components/ui/format-time.ts';
import { useNow } from '#components/ui/now.ts';
import { StateShape } from '#components/ui/state-shape.tsx';
import { useApi, useLiveState } from './live-provider.tsx';
import { leaveForLogIn } from './query-client.ts';

/** Shorter gaps heal before anyone could act on them. */
const PATIENCE_MS = 3000;
/** While not live: how often to ask whether the session is the reason. */
const ASK_AGAIN_MS = 10_000;

/** Connection state in the top bar. */
export function ConnectionChip() {
  const { state } = useLiveState();
  if (state === 'live') {
    return (
      <span className="chip" data-state="running" title="News arrives as it happens">
        <StateShape state="running" />
        Live
      </span>
    );
  }
  const lost = state === 'lost';
  return (
    <span className="chip" data-state="unknown" title={lost ? 'What is shown may be old' : 'Opening the live stream'}>
      <StateShape state="unknown" />
      {lost ? 'Not live' : 'Connecting'}
    </span>
  );
}

/** Says since when the page is not live; the page itself turns grey and destructive buttons wait. */
export function ConnectionBanner() {
  const live = useLiveState();
  return live.state === 'lost' ? <LostBanner since={live.since} /> : null;
}

function LostBanner({ since }: { since: number }) {
  useNow(1000);
  const api = useApi();
  const ms = performance.now() - since;
  const isLong = ms >= PATIENCE_MS;
  const round = Math.floor(ms / ASK_AGAIN_MS);
  useEffect(() => {
    if (!isLong || round < 0) return;
    // a stream is also refused when the session has ended; it cannot say so itself. No answer at all = keep waiting
    api.session.get.query().then(
      (session) => (session ? undefined : leaveForLogIn()),
      () => undefined,
    );
  }, [api, isLong, round]);
  if (!isLong) return null;
  return (
    <div className="banner" data-state="attention" role="status">
      <StateShape state="attention" />
      Not live for {formatSpan(ms)}: what is shown may be old. Reconnecting; changes wait until then.
    </div>
  );
}

/** Why a deed that destroys or changes must wait, or null while the page is live. */
export function useStaleRefusal(): string | null {
  return useLiveState().state === 'lost' ? 'the page is not live; wait until it reconnects' : null;
}
