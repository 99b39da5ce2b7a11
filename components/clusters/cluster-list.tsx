'use client';

import { useQuery } from '@tanstack/react-query';
import { ListFilter, Plus } from 'lucide-react';
import Link from 'next/link';
import { useDeferredValue, useMemo, useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { asHeard, useUnheard } from '#components/live/use-unheard.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { ButtonLink } from '#components/ui/button.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count } from '#components/ui/format-time.ts';
import { Meter } from '#components/ui/meter.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { STATE_WORDS, StateShape, type UiState } from '#components/ui/state-shape.tsx';
import { TableBox } from '#components/ui/table-box.tsx';
import { Ago } from '#components/ui/time.tsx';
import type { ClusterView } from '#model/cluster.ts';
import type { InstanceSummary } from '#model/instance-state.ts';
import { clusterState, STATE_ORDER } from './cluster-state.ts';

type Row = { cluster: ClusterView; state: UiState; summary: InstanceSummary | undefined };

/** All clusters this person may see, worst first. */
export function ClusterList() {
  const trpc = useTRPC();
  const clusters = useQuery(trpc.clusters.list.queryOptions());
  const health = useQuery(trpc.clusters.health.queryOptions());
  const [filter, setFilter] = useState('');
  const wanted = useDeferredValue(filter.trim().toLowerCase());
  const unheard = useUnheard();
  const rows = useMemo(
    () => rowsOf(clusters.data ?? [], health.data ?? {}, unheard),
    [clusters.data, health.data, unheard],
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
          <Strip rows={rows} />
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

/** One shape per cluster, worst first, and the counts in words. */
function Strip({ rows }: { rows: Row[] }) {
  const counts = STATE_ORDER.map((state) => ({ state, n: rows.filter((row) => row.state === state).length })).filter(
    (entry) => entry.n > 0,
  );
  return (
    <section className="card pad" aria-label="Fleet health, one shape per cluster, worst first">
      <div className="squares">
        {rows.map(({ cluster, state }) => (
          <Link
            key={cluster.uuid}
            href={links.cluster(cluster.name)}
            data-state={state}
            title={`${cluster.name}: ${STATE_WORDS[state]}`}
            aria-label={`${cluster.name}: ${STATE_WORDS[state]}`}
          >
            <StateShape state={state} />
          </Link>
        ))}
      </div>
      <ul className="row wrap strip-sums">
        {counts.map(({ state, n }) => (
          <li key={state}>
            <StateBadge state={state} word={`${n} ${STATE_WORDS[state].toLowerCase()}`} plain />
          </li>
        ))}
      </ul>
    </section>
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
            <th>CPU</th>
            <th>Memory</th>
            <th>Owner</th>
            <th>Last change</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ cluster, state, summary }) => (
            <tr key={cluster.uuid}>
              <th scope="row">
                <Link href={links.cluster(cluster.name)}>{cluster.name}</Link>
              </th>
              <td>
                <StateBadge state={state} plain />
              </td>
              <td>{cluster.kubernetesVersion}</td>
              <td>{cluster.planName}</td>
              <td className="num">
                {summary?.running ?? '?'}/{cluster.masterInstances + cluster.workerInstances}
              </td>
              <td className="num">{summary?.azs ?? '–'}</td>
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

function rowsOf(clusters: ClusterView[], health: Record<string, InstanceSummary>, unheard: boolean): Row[] {
  return clusters
    .map((cluster) => ({
      cluster,
      summary: health[cluster.uuid],
      state: asHeard(clusterState(cluster, health[cluster.uuid]), unheard),
    }))
    .toSorted(
      (a, b) =>
        STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state) || a.cluster.name.localeCompare(b.cluster.name),
    );
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
