'use client';

import { useQuery } from '@tanstack/react-query';
import { ListFilter, Plus } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { isUnderWay } from '#components/drills/drill-words.ts';
import { FleetStrip } from '#components/health/fleet-strip.tsx';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { asHeard, useUnheard } from '#components/live/use-unheard.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { ButtonLink } from '#components/ui/button.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count } from '#components/ui/format-time.ts';
import { Link } from '#components/ui/link.tsx';
import { Meter } from '#components/ui/meter.tsx';
import { useNow } from '#components/ui/now.ts';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { STATE_WORDS, type UiState } from '#components/ui/state-shape.tsx';
import { TableBox } from '#components/ui/table-box.tsx';
import { Ago } from '#components/ui/time.tsx';
import { type ClusterView, deploymentOfCluster } from '#model/cluster.ts';
import type { DrillView } from '#model/drill.ts';
import { LAYERS, type Resurrection, resurrects } from '#model/health.ts';
import type { InstanceSummary } from '#model/instance-state.ts';
import { quorumOf } from '#model/quorum.ts';
import { clusterState, STATE_ORDER } from './cluster-state.ts';
import { passedLayers } from './readiness.ts';
import { ResurrectionWord } from './resurrection-word.tsx';

type Row = {
  cluster: ClusterView;
  state: UiState;
  summary: InstanceSummary | undefined;
  /** How many layers passed a drill lately; null while that is not known. */
  drilled: number | null;
  isDrilled: boolean;
  repair: { on: boolean; globally: boolean };
};

/** All clusters this person may see, worst first. */
export function ClusterList() {
  const trpc = useTRPC();
  const clusters = useQuery(trpc.clusters.list.queryOptions());
  const health = useQuery(trpc.clusters.health.queryOptions());
  const [filter, setFilter] = useState('');
  const wanted = useDeferredValue(filter.trim().toLowerCase());
  const unheard = useUnheard();
  const overview = useQuery(trpc.health.overview.queryOptions());
  const drills = useQuery(trpc.drills.list.queryOptions({ limit: 500 }));
  const now = useNow(60_000);
  const rows = useMemo(
    () =>
      rowsOf({
        clusters: clusters.data ?? [],
        health: health.data ?? {},
        drills: drills.data ?? null,
        resurrection: overview.data?.resurrection ?? null,
        now,
        unheard,
      }),
    [clusters.data, health.data, drills.data, overview.data?.resurrection, now, unheard],
  );
  if (!clusters.data) {
    return clusters.error ? (
      <ErrorView
        what="The list of clusters could not be read."
        error={clusters.error}
        onRetry={() => void clusters.refetch()}
      />
    ) : (
      <SkeletonRows label="Reading clusters" />
    );
  }
  const shown = rows.filter((row) => wanted === '' || searchText(row).includes(wanted));
  return (
    <>
      <header className="head">
        <div>
          <h1>Clusters</h1>
          <p>{sumOf(rows)}</p>
        </div>
        <div className="actions">
          <ButtonLink href={links.createCluster()} look="primary">
            <Plus className="i" aria-hidden="true" />
            Create cluster
          </ButtonLink>
        </div>
      </header>
      {health.error ? (
        <ErrorView
          what="The health of the clusters could not be read."
          error={health.error}
          onRetry={() => void health.refetch()}
        />
      ) : null}
      {rows.length === 0 ? (
        <section className="card">
          <Empty
            sentence="No clusters yet. Create one from a plan; it takes about a minute."
            action={<ButtonLink href={links.createCluster()}>Create cluster</ButtonLink>}
            cli={cliTwins.createCluster({
              name: 'demo',
              externalHostname: 'demo.k8s.example',
              planName: 'small',
              workers: null,
            })}
          />
        </section>
      ) : (
        <>
          <FleetStrip rows={rows.map(({ cluster, state }) => ({ name: cluster.name, state }))} />
          <section className="card">
            <header>
              <label className="filterbox">
                <ListFilter className="i" aria-hidden="true" />
                <span className="sr">Filter clusters</span>
                <input
                  value={filter}
                  placeholder="Filter by name, plan, owner, version, state"
                  onChange={(event) => setFilter(event.target.value)}
                />
              </label>
              <span className="cap">worst first</span>
            </header>
            <ClusterTable rows={shown} />
            <footer className="cap">
              {shown.length} of {count(rows.length, 'cluster')}
            </footer>
          </section>
        </>
      )}
      <CliLine command={cliTwins.clusters()} />
    </>
  );
}

function ClusterTable({ rows }: { rows: Row[] }) {
  return (
    <TableBox label="Clusters">
      <table className="table fleet-table">
        <thead>
          <tr>
            <th>Name</th>
            <th>State</th>
            <th>Version</th>
            <th>Plan</th>
            <th className="num">Nodes</th>
            <th className="num">AZs</th>
            <th title="Masters, and how many may go before writes stop">Tolerates</th>
            <th className="num" title="Layers that passed a drill in the last 30 days">
              Ready
            </th>
            <th>CPU</th>
            <th>Memory</th>
            <th>Owner</th>
            <th>Last change</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ cluster, state, summary, drilled, isDrilled, repair }) => (
            <tr key={cluster.uuid}>
              <th scope="row">
                <Link href={links.cluster(cluster.name)}>{cluster.name}</Link>
              </th>
              <td>
                <span className="row">
                  <StateBadge state={state} plain />
                  {isDrilled ? <StateBadge state="drill" plain /> : null}
                  {repair.on ? null : <ResurrectionWord globally={!repair.globally} />}
                </span>
              </td>
              <td>{cluster.kubernetesVersion}</td>
              <td>{cluster.planName}</td>
              <td className="num">
                {summary?.running ?? '?'}/{cluster.masterInstances + cluster.workerInstances}
              </td>
              <td className="num">{summary?.azs ?? '–'}</td>
              <td>{toleranceOf(cluster.masterInstances)}</td>
              <td className="num">{drilled === null ? '–' : `${drilled}/${LAYERS.length}`}</td>
              <td>
                <Meter percent={summary?.cpuPercent ?? null} />
              </td>
              <td>
                <Meter percent={summary?.memoryPercent ?? null} />
              </td>
              <td>{cluster.owner}</td>
              <td title={cluster.lastActionDescription}>
                {cluster.lastAction.toLowerCase()} {cluster.lastActionState}{' '}
                <span className="cap">
                  created <Ago at={cluster.createdAt} />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

type RowFacts = {
  clusters: ClusterView[];
  health: Record<string, InstanceSummary>;
  drills: DrillView[] | null;
  resurrection: Resurrection | null;
  now: number;
  unheard: boolean;
};

function rowsOf({ clusters, health, drills, resurrection, now, unheard }: RowFacts): Row[] {
  const byCluster = Map.groupBy(drills ?? [], (drill) => drill.cluster);
  return clusters
    .map((cluster) => {
      const own = byCluster.get(cluster.name) ?? [];
      return {
        cluster,
        summary: health[cluster.uuid],
        state: asHeard(clusterState(cluster, health[cluster.uuid]), unheard),
        drilled: drills === null ? null : passedLayers(cluster.name, own, now),
        isDrilled: own.some(isUnderWay),
        repair: {
          on: resurrection === null || resurrects(resurrection, deploymentOfCluster(cluster.uuid)),
          globally: resurrection?.enabled ?? true,
        },
      };
    })
    .toSorted(
      (a, b) =>
        STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state) || a.cluster.name.localeCompare(b.cluster.name),
    );
}

/** "1 of 3 masters" */
function toleranceOf(masters: number): string {
  const { tolerates } = quorumOf(masters, masters);
  return tolerates === 0 ? 'no master' : `${tolerates} of ${masters} masters`;
}

const searchText = ({ cluster, state }: Row): string =>
  [
    cluster.name,
    cluster.planName,
    cluster.owner,
    cluster.kubernetesVersion,
    STATE_WORDS[state],
    cluster.externalHostname,
  ]
    .join(' ')
    .toLowerCase();

function sumOf(rows: Row[]): string {
  const nodes = rows.reduce((sum, row) => sum + row.cluster.masterInstances + row.cluster.workerInstances, 0);
  const need = rows.filter((row) => row.state === 'failed' || row.state === 'attention').length;
  return `${count(rows.length, 'cluster')}, ${count(nodes, 'node')}${need > 0 ? ` · ${need} need you` : ''}`;
}
