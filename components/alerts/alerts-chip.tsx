'use client';

import { useQuery } from '@tanstack/react-query';
import { Bell } from 'lucide-react';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Link } from '#components/ui/link.tsx';
import type { UiState } from '#components/ui/state-shape.tsx';
import type { AlertCounts } from '#model/alert.ts';

/** The bell of the top bar: how many alerts wait for a person; without any, how many are being handled. */
export function AlertsChip() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.alerts.counts.queryOptions());
  const shown = data ? data.needsYou || data.handled : 0;
  if (!data || shown === 0) return null;
  const words =
    data.needsYou > 0
      ? `${data.needsYou} ${data.needsYou === 1 ? 'alert needs' : 'alerts need'} a person`
      : `${data.handled} being handled`;
  return (
    <Link className="chip" data-state={toneOf(data)} href={links.alerts()} title={words}>
      <Bell className="i" aria-hidden="true" />
      <b>{shown}</b>
      <span className="sr">{data.needsYou > 0 ? ' alerts need a person' : ' alerts being handled'}</span>
    </Link>
  );
}

function toneOf({ needsYou, worst }: AlertCounts): UiState {
  if (needsYou === 0) return 'working';
  return worst === 'critical' || worst === 'error' ? 'failed' : 'attention';
}
