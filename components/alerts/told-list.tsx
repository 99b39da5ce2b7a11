'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { DELIVERY_LOOK, NEWS_WORD } from '#components/channels/delivery-words.ts';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { Clock } from '#components/ui/time.tsx';

const MOST = 50;

/** Which channels were told of an alert, and how it went; read when opened. */
export function ToldList({ alertId }: { alertId: number }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="told" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="cap">Who was told</summary>
      {open ? <Told alertId={alertId} /> : null}
    </details>
  );
}

function Told({ alertId }: { alertId: number }) {
  const trpc = useTRPC();
  const told = useQuery(trpc.channels.deliveries.queryOptions({ alertId, limit: MOST }));
  if (told.error) return <p className="fault">{refusalOf(told.error).message}</p>;
  if (!told.data) return <p className="cap">Reading…</p>;
  if (told.data.length === 0) return <p className="cap">No channel: none is for alerts like this, or it was muted.</p>;
  return (
    <ul className="told-rows">
      {told.data.map((one) => (
        <li key={one.id}>
          <StateBadge {...DELIVERY_LOOK[one.state]} plain />
          <span>
            {one.channelName}: {NEWS_WORD[one.news]}
          </span>
          <span className="cap">
            <Clock at={one.deliveredAt ?? one.createdAt} />
          </span>
          {one.state !== 'delivered' && one.receipt ? <span className="cap">{one.receipt}</span> : null}
        </li>
      ))}
    </ul>
  );
}
