'use client';

import { formatClock, formatSpan } from './format-time.ts';
import { useNow } from './now.ts';

/** "3 d ago", with the full local time and its offset in the tooltip. */
export function Ago({ at, suffix = ' ago' }: { at: string; suffix?: string }) {
  const now = useNow(10_000);
  const ms = now - Date.parse(at);
  return (
    <time dateTime={at} title={fullTime(at)} suppressHydrationWarning>
      {ms < 10_000 ? 'just now' : `${formatSpan(ms)}${suffix}`}
    </time>
  );
}

/** Elapsed time between two moments; runs on each second while `to` is null. */
export function Elapsed({ from, to }: { from: string; to: string | null }) {
  return to ? <time>{formatClock(Date.parse(to) - Date.parse(from))}</time> : <Running from={from} />;
}

function Running({ from }: { from: string }) {
  const now = useNow(1000);
  return <time suppressHydrationWarning>{formatClock(now - Date.parse(from))}</time>;
}

/** Time of day in the viewer's zone. */
export function Clock({ at }: { at: string }) {
  return (
    <time dateTime={at} title={fullTime(at)} suppressHydrationWarning>
      {new Date(at).toLocaleTimeString('en-GB')}
    </time>
  );
}

/** Day in the viewer's zone: "14 Aug 2028". */
export function Day({ at }: { at: string }) {
  return (
    <time dateTime={at} title={fullTime(at)} suppressHydrationWarning>
      {new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })}
    </time>
  );
}

const fullTime = (at: string): string =>
  new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'long' });
