'use client';

import { useQuery } from '@tanstack/react-query';
import { cliTwins } from '#components/cli-twins.ts';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { asHeard, useUnheard } from '#components/live/use-unheard.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { ButtonLink } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count } from '#components/ui/format-time.ts';
import { Link } from '#components/ui/link.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import type { UiState } from '#components/ui/state-shape.tsx';
import { type HealthOverview, resurrects } from '#model/health.ts';
import { AlertsCard } from './alerts-card.tsx';
import { AzsCard } from './azs-card.tsx';
import { FleetStrip } from './fleet-strip.tsx';
import { MeltdownBanner, RepairOffBanner } from './health-banners.tsx';
import { HealthTabs } from './health-tabs.tsx';
import { OpenRecoveries } from './open-recoveries.tsx';
import { RepairCard } from './repair-card.tsx';

const ORDER: readonly UiState[] = ['failed', 'attention', 'unknown', 'running'];
/** More rows than a screen reads; the list of clusters has them all. */
const MOST_ROWS = 40;

/** The fleet in words, worst first: what serves, what does not, what is being done about it. */
export function HealthPage() {
  const trpc = useTRPC();
  const overview = useQuery(trpc.health.overview.queryOptions());
  if (!overview.data)
    return (
      <>
        <HealthHead />
        {overview.error ? (
          <ErrorView
            what="The health of the fleet could not be read."
            error={overview.error}
            onRetry={() => void overview.refetch()}
          />
        ) : (
          <SkeletonRows rows={8} label="Reading the health of the fleet" />
        )}
      </>
    );
  return <Loaded overview={overview.data} />;
}

function HealthHead({ overview }: { overview?: HealthOverview }) {
  return (
    <>
      <header className="head">
        <div className="grow verdict-box">
          <h1 className="row wrap title">Health {overview ? <FleetBadge state={overview.state} /> : null}</h1>
          <p className="verdict" aria-live="polite">
            {overview?.verdict ?? 'Pods, processes, VMs and AZs of the whole fleet.'}
          </p>
        </div>
      </header>
      <HealthTabs />
    </>
  );
}

function FleetBadge({ state }: { state: HealthOverview['state'] }) {
  return <StateBadge state={asHeard(state, useUnheard())} />;
}

function Loaded({ overview }: { overview: HealthOverview }) {
  const unheard = useUnheard();
  const rows = overview.clusters
    .map((cluster) => ({ ...cluster, state: asHeard(cluster.state, unheard) }))
    .toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.name.localeCompare(b.name));
  return (
    <>
      <HealthHead overview={overview} />
      {overview.meltdown ? <MeltdownBanner meltdown={overview.meltdown} settings={overview.meltdownSettings} /> : null}
      <RepairOffBanner resurrection={overview.resurrection} clusters={overview.clusters} />
      {rows.length > 0 ? <FleetStrip rows={rows} /> : null}
      <div className="split">
        <div className="stack">
          <Clusters rows={rows} overview={overview} />
          <OpenRecoveries clusters={overview.clusters} />
        </div>
        <aside className="stack">
          <AlertsCard counts={overview.alerts} />
          <AzsCard azs={overview.azs} />
          <RepairCard overview={overview} />
        </aside>
      </div>
      <CliLine command={cliTwins.health()} />
    </>
  );
}

type Row = Omit<HealthOverview['clusters'][number], 'state'> & { state: UiState };

function Clusters({ rows, overview }: { rows: Row[]; overview: HealthOverview }) {
  return (
    <Card title="Clusters" aside={<span className="cap">worst first</span>}>
      {rows.length === 0 ? (
        <Empty
          sentence="No clusters yet, so nothing of yours can fail."
          action={<ButtonLink href={links.createCluster()}>Create cluster</ButtonLink>}
        />
      ) : (
        <ul className="list verdicts">
          {rows.slice(0, MOST_ROWS).map((row) => (
            <li key={row.deployment}>
              <span className="row">
                <StateBadge state={row.state} plain />
              </span>
              <span>
                <Link className="name" href={links.cluster(row.name)}>
                  {row.name}
                </Link>{' '}
                <span className="muted">{row.verdict}</span>
              </span>
              {resurrects(overview.resurrection, row.deployment) ? null : <span className="tag">repair off</span>}
            </li>
          ))}
        </ul>
      )}
      {rows.length > MOST_ROWS ? (
        <footer>
          <Link className="link" href={links.clusters()}>
            All {count(rows.length, 'cluster')}
          </Link>
        </footer>
      ) : null}
    </Card>
  );
}
