'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';

const MOST = 50;

/** How the test that was just asked for went, with the receipt. */
export function TestResult({ deliveryId, onClose }: { deliveryId: number; onClose: () => void }) {
  const trpc = useTRPC();
  const { data = [] } = useQuery(trpc.channels.deliveries.queryOptions({ limit: MOST }));
  const delivery = data.find((one) => one.id === deliveryId);
  const name = delivery?.channelName ?? 'the channel';
  return (
    <div role="status">
      {!delivery || delivery.state === 'waiting' ? (
        <Callout state="working" title={`Testing ${name}`}>
          The director sends a real message now.
        </Callout>
      ) : null}
      {delivery?.state === 'delivered' ? (
        <Callout state="done" title={`${name} works`}>
          <p className="receipt">{delivery.receipt}</p>
          <p>
            <Button small onClick={onClose}>
              Close
            </Button>
          </p>
        </Callout>
      ) : null}
      {delivery?.state === 'failed' ? (
        <Callout state="failed" title={`${name} does not work`}>
          <p className="receipt">{delivery.receipt}</p>
          <p>
            <Button small onClick={onClose}>
              Close
            </Button>
          </p>
        </Callout>
      ) : null}
    </div>
  );
}
