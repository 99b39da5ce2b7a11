'use client';

import { useQuery } from '@tanstack/react-query';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Card } from '#components/ui/card.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { Link } from '#components/ui/link.tsx';
import { StateShape, type UiState } from '#components/ui/state-shape.tsx';
import type { DeliveryState, DeliveryView } from '#model/channel.ts';
import type { DrillView } from '#model/drill.ts';
import { seconds } from './drill-words.ts';

const DELIVERY_SHOWN = {
  waiting: 'working',
  delivered: 'done',
  failed: 'failed',
} as const satisfies Record<DeliveryState, UiState>;

/** News of other things may stand among the newest. */
const READ = 100;
const LISTED = 6;

/** Mails, pages and calls that went out because of this drill, each tagged DRILL, and whether they arrived. */
export function AlertsSent({ drill }: { drill: DrillView }) {
  const trpc = useTRPC();
  const deliveries = useQuery(trpc.channels.deliveries.queryOptions({ limit: READ }));
  const sent = (deliveries.data ?? []).filter((delivery) => delivery.drillId === drill.id);
  return (
    <Card title="Alerts sent" aside={<span className="cap">tagged DRILL</span>}>
      {deliveries.error ? <ErrorView what="The deliveries could not be read." error={deliveries.error} /> : null}
      {sent.length === 0 ? (
        <p className="pad muted">
          Nothing was sent yet.{' '}
          <Link className="link underlined" href={links.channels()}>
            Channels
          </Link>{' '}
          say who is told.
        </p>
      ) : (
        <ul className="list">
          {sent.slice(0, LISTED).map((delivery) => (
            <li key={delivery.id} data-state={DELIVERY_SHOWN[delivery.state]}>
              <StateShape state={DELIVERY_SHOWN[delivery.state]} />
              <span className="clip" title={delivery.title}>
                {delivery.channelName} <span className="cap">{delivery.title}</span>
              </span>
              <span className="cap" title={delivery.receipt ?? undefined}>
                {delivery.state} {afterInjection(delivery, drill)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function afterInjection(delivery: DeliveryView, drill: DrillView): string {
  if (!delivery.deliveredAt || !drill.injectedAt) return '';
  return `${seconds(Date.parse(delivery.deliveredAt) - Date.parse(drill.injectedAt))} s`;
}
