'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { CliLine } from '#components/ui/cli-line.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count } from '#components/ui/format-time.ts';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { LAYERS, type Layer } from '#model/health.ts';
import { HealthTabs } from './health-tabs.tsx';
import { LayerCard } from './layer-card.tsx';
import { LAYER_NAMES, shareMet } from './objectives.ts';
import { RecoveriesTable } from './recoveries-table.tsx';

/** Enough for the share of the objective and for the table. */
const MOST_RECOVERIES = 500;

/** High availability, layer by layer: who notices, who acts, how long real recoveries took against what is promised. */
export function LayersPage() {
  const trpc = useTRPC();
  const layers = useQuery(trpc.health.layers.queryOptions());
  const recoveries = useQuery(trpc.health.recoveries.queryOptions({ limit: MOST_RECOVERIES }));
  const overview = useQuery(trpc.health.overview.queryOptions());
  const [only, setOnly] = useState<Layer | null>(null);
  const all = recoveries.data ?? [];
  const shown = only === null ? all : all.filter((recovery) => recovery.layer === only);
  return (
    <>
      <header className="head">
        <div className="grow">
          <h1>Health</h1>
          <p>Four layers keep pods running. Each says who notices a fault, who acts, and how long that took of late.</p>
        </div>
      </header>
      <HealthTabs />
      {layers.error ? (
        <ErrorView what="The layers could not be read." error={layers.error} onRetry={() => void layers.refetch()} />
      ) : null}
      {layers.data ? (
        <div className="layers">
          {layers.data.map((layer) => (
            <LayerCard key={layer.layer} layer={layer} share={shareMet(layer.layer, all)} />
          ))}
        </div>
      ) : (
        <SkeletonRows rows={8} label="Reading the layers" />
      )}
      <section className="card" aria-labelledby="recoveries">
        <header>
          <h2 id="recoveries" className="grow">
            Last recoveries
          </h2>
          <span className="cap">{count(shown.length, 'recovery', 'recoveries')}</span>
          <div className="seg">
            {[null, ...LAYERS].map((layer) => (
              <button key={layer ?? 'all'} type="button" aria-pressed={layer === only} onClick={() => setOnly(layer)}>
                {layer === null ? 'All' : LAYER_NAMES[layer]}
              </button>
            ))}
          </div>
        </header>
        {recoveries.error ? (
          <div className="pad">
            <ErrorView
              what="The recoveries could not be read."
              error={recoveries.error}
              onRetry={() => void recoveries.refetch()}
            />
          </div>
        ) : (
          <RecoveriesTable recoveries={shown.slice(0, 100)} clusters={overview.data?.clusters ?? []} />
        )}
      </section>
      <CliLine command={cliTwins.health()} />
    </>
  );
}
