'use client';

import { asHeard, useUnheard } from '#components/live/use-unheard.ts';
import { Card } from '#components/ui/card.tsx';
import { count } from '#components/ui/format-time.ts';
import { StateShape, type UiState } from '#components/ui/state-shape.tsx';
import { Ago } from '#components/ui/time.tsx';
import type { AzState, AzView } from '#model/health.ts';

const SHOWN = {
  up: { state: 'running', word: 'up' },
  degraded: { state: 'attention', word: 'degraded' },
  down: { state: 'failed', word: 'down' },
} as const satisfies Record<AzState, { state: UiState; word: string }>;

/** Availability zones: state, what is missed in each, why. */
export function AzsCard({ azs }: { azs: readonly AzView[] }) {
  const unheard = useUnheard();
  return (
    <Card title="Availability zones">
      {azs.length === 0 ? <p className="pad muted">No VM runs in any zone yet.</p> : null}
      <ul className="list">
        {azs.map((az) => {
          const shown = SHOWN[az.state];
          const state = asHeard(shown.state, unheard);
          return (
            <li key={az.name} data-state={state}>
              <StateShape state={state} />
              <span>
                {az.name} <span className="tone">{state === 'unknown' ? 'not heard' : shown.word}</span>
                {az.power === 'off' ? <span className="tag">switched off</span> : null}
              </span>
              <span className="cap nowrap">
                {az.down > 0 ? `${az.vms - az.down} of ${count(az.vms, 'VM')}` : count(az.vms, 'VM')}
              </span>
              {az.state === 'up' || !az.reason ? null : (
                <small>
                  {az.reason}
                  {az.since ? (
                    <>
                      , <Ago at={az.since} />
                    </>
                  ) : null}
                </small>
              )}
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
