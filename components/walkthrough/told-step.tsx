'use client';

import { useQuery } from '@tanstack/react-query';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { ButtonLink } from '#components/ui/button.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { StateShape } from '#components/ui/state-shape.tsx';
import { Clock } from '#components/ui/time.tsx';
import { StepCard } from './step-card.tsx';
import type { StepState } from './walk-steps.ts';

const READ = 200;
const LISTED = 6;

/** The platform tells its admin of every failure, by mail, pager or webhook, and says that it was a drill. */
export function ToldStep({ number, drillIds, open }: { number: number; drillIds: readonly number[]; open: boolean }) {
  const trpc = useTRPC();
  const deliveries = useQuery(trpc.channels.deliveries.queryOptions({ limit: READ }));
  const ours = (deliveries.data ?? []).filter(
    (delivery) => delivery.drillId !== null && drillIds.includes(delivery.drillId),
  );
  const delivered = ours.filter((delivery) => delivery.state === 'delivered');
  return (
    <StepCard number={number} title="See that somebody was told" state={stateOf(open, delivered.length)}>
      <p className="muted">
        Each failure is told by the channels you set up, marked DRILL, and so is its end. An alert that never arrives is
        a failure, too.
      </p>
      {deliveries.error ? <ErrorView what="The deliveries could not be read." error={deliveries.error} /> : null}
      {ours.length === 0 ? (
        <p className="row wrap">
          Nothing was sent by these drills.
          <ButtonLink small href={links.channels()}>
            Set up a channel
          </ButtonLink>
        </p>
      ) : (
        <ol>
          {ours.slice(0, LISTED).map((delivery) => (
            <li key={delivery.id} data-state={delivery.state === 'delivered' ? 'done' : 'working'}>
              <StateShape state={delivery.state === 'delivered' ? 'done' : 'working'} />
              <span>
                {delivery.channelName}: {delivery.title}
              </span>
              <span className="cap">
                {delivery.deliveredAt ? (
                  <>
                    delivered <Clock at={delivery.deliveredAt} />
                  </>
                ) : (
                  delivery.state
                )}
              </span>
            </li>
          ))}
        </ol>
      )}
      {ours.length > LISTED ? <p className="cap">{ours.length - LISTED} more on the alerts page</p> : null}
    </StepCard>
  );
}

function stateOf(open: boolean, delivered: number): StepState {
  if (delivered > 0) return 'done';
  return open ? 'ready' : 'locked';
}
