'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTRPC } from '#components/live/trpc.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { TableBox } from '#components/ui/table-box.tsx';
import { Ago, Clock } from '#components/ui/time.tsx';
import type { DeliveryView } from '#model/channel.ts';
import { DELIVERY_LOOK, NEWS_WORD } from './delivery-words.ts';

const FEW = 50;
const MOST = 200;

/** What was sent where, with every attempt's end: the proof that somebody was told. */
export function DeliveryLog() {
  const trpc = useTRPC();
  const [limit, setLimit] = useState(FEW);
  const log = useQuery(trpc.channels.deliveries.queryOptions({ limit }));
  return (
    <Card
      className="channel-card"
      title="Delivery log"
      aside={<span className="cap">tried again for about an hour, kept 90 days</span>}
    >
      {log.error ? (
        <div className="pad">
          <ErrorView what="The delivery log could not be read." error={log.error} onRetry={() => void log.refetch()} />
        </div>
      ) : null}
      {!log.data && !log.error ? <SkeletonRows label="Reading the delivery log" /> : null}
      {log.data?.length === 0 ? <Empty sentence="Nothing was sent yet." /> : null}
      {log.data && log.data.length > 0 ? <Rows deliveries={log.data} /> : null}
      {log.data && log.data.length >= limit && limit < MOST ? (
        <footer>
          <Button small onClick={() => setLimit(MOST)}>
            Show earlier
          </Button>
        </footer>
      ) : null}
    </Card>
  );
}

function Rows({ deliveries }: { deliveries: readonly DeliveryView[] }) {
  return (
    <TableBox label="Delivery log">
      <table className="table fleet-table">
        <thead>
          <tr>
            <th>State</th>
            <th>Channel</th>
            <th>News</th>
            <th>Alert</th>
            <th className="num">Attempts</th>
            <th>Receipt</th>
            <th>When</th>
          </tr>
        </thead>
        <tbody>
          {deliveries.map((one) => (
            <tr key={one.id}>
              <td>
                <StateBadge {...DELIVERY_LOOK[one.state]} plain={one.state === 'delivered'} />
              </td>
              <td>{one.channelName}</td>
              <td>
                {NEWS_WORD[one.news]}
                {one.drillId === null ? null : (
                  <span className="tag drill-tag" data-state="drill">
                    DRILL
                  </span>
                )}
              </td>
              <td>{one.title}</td>
              <td className="num">{one.attempts}</td>
              <td className="receipt">
                {one.receipt ?? <span className="cap">{one.attempts > 0 ? 'being sent' : 'not tried yet'}</span>}
                {one.nextAt && one.receipt ? (
                  <p className="cap">
                    next try at <Clock at={one.nextAt} />
                  </p>
                ) : null}
              </td>
              <td className="nowrap">
                <Ago at={one.deliveredAt ?? one.createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}
