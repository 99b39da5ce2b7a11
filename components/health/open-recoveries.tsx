'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '#components/live/trpc.ts';
import { Card } from '#components/ui/card.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { StateShape, type UiState } from '#components/ui/state-shape.tsx';
import { Elapsed } from '#components/ui/time.tsx';
import type { RecoveryView } from '#model/health.ts';
import { LAYER_NAMES } from './objectives.ts';
import { type ClusterName, RecoveryLinks } from './recovery-links.tsx';

/** What is coming back right now, each with how far it is. */
export function OpenRecoveries({ clusters }: { clusters: readonly ClusterName[] }) {
  const trpc = useTRPC();
  const recoveries = useQuery(trpc.health.recoveries.queryOptions({ limit: 100 }));
  const open = (recoveries.data ?? []).filter((recovery) => recovery.recoveredAt === null);
  if (recoveries.error)
    return (
      <ErrorView
        what="The recoveries could not be read."
        error={recoveries.error}
        onRetry={() => void recoveries.refetch()}
      />
    );
  return (
    <Card title="Recovering now" aside={<span className="cap">{open.length || null}</span>}>
      {open.length === 0 ? <p className="pad muted">Nothing has to come back.</p> : null}
      <ul className="list recovering">
        {open.map((recovery) => (
          <li key={recovery.id} data-state={stateOf(recovery)}>
            <StateShape state={stateOf(recovery)} />
            <span>
              <strong>{recovery.title}</strong>
              <span className="muted"> {recovery.cause}</span>
            </span>
            <span className="cap nowrap">
              <Elapsed from={recovery.beganAt} to={null} />
            </span>
            <Phases recovery={recovery} />
            <small className="row wrap">
              {LAYER_NAMES[recovery.layer]}
              <RecoveryLinks recovery={recovery} clusters={clusters} />
            </small>
          </li>
        ))}
      </ul>
    </Card>
  );
}

const stateOf = (recovery: RecoveryView): UiState => (recovery.drillId === null ? 'working' : 'drill');

/** Fault → detected → acting → recovered, those that came with a mark. */
function Phases({ recovery }: { recovery: RecoveryView }) {
  const phases = [
    { name: 'fault', at: recovery.beganAt },
    { name: 'detected', at: recovery.detectedAt },
    { name: 'acting', at: recovery.actedAt },
    { name: 'recovered', at: recovery.recoveredAt },
  ];
  const next = phases.findIndex((phase) => phase.at === null);
  return (
    <ol className="phases">
      {phases.map((phase, index) => (
        <li key={phase.name} data-state={phaseState(phase.at, index === next)}>
          <StateShape state={phaseState(phase.at, index === next)} />
          {phase.name}
          <span className="sr">{phase.at ? ' done' : ' not yet'}</span>
        </li>
      ))}
    </ol>
  );
}

function phaseState(at: string | null, isNext: boolean): UiState {
  if (at !== null) return 'done';
  return isNext ? 'working' : 'waiting';
}
