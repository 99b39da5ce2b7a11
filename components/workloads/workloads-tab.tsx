'use client';

import { useQuery } from '@tanstack/react-query';
import { ListFilter } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { useUnheard } from '#components/live/use-unheard.ts';
import { Callout } from '#components/ui/callout.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count } from '#components/ui/format-time.ts';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { Clock } from '#components/ui/time.tsx';
import type { WorkloadsView } from '#model/workload.ts';
import { NodeCards } from './node-cards.tsx';
import { filterPods } from './pod-state.ts';
import { PodsTable } from './pods-table.tsx';
import { ServicesTable } from './services-table.tsx';
import { WorkloadsTable } from './workloads-table.tsx';

/** What runs in a cluster and where: nodes beside pods, what keeps them, how to reach them. Live. */
export function WorkloadsTab({ cluster }: { cluster: string }) {
  const trpc = useTRPC();
  const workloads = useQuery(trpc.workloads.read.queryOptions({ cluster }));
  if (!workloads.data) {
    return workloads.error ? (
      <ErrorView
        what={`What runs in ${cluster} could not be read.`}
        error={workloads.error}
        onRetry={() => void workloads.refetch()}
      />
    ) : (
      <SkeletonRows rows={8} label={`Reading what runs in ${cluster}`} />
    );
  }
  return <LoadedWorkloads seen={workloads.data} />;
}

function LoadedWorkloads({ seen }: { seen: WorkloadsView }) {
  const unheard = useUnheard();
  if (seen.heardAt === null) {
    return (
      <section className="card">
        <Empty
          sentence={
            seen.problem ??
            `Nobody has looked into ${seen.cluster} yet. Nodes and pods appear here as soon as its API answers.`
          }
          cli={cliTwins.workloads(seen.cluster)}
        />
      </section>
    );
  }
  const problem = seen.problem ?? (unheard ? 'No director runs, so nobody watches this cluster.' : null);
  return (
    <>
      {problem ? (
        <Callout
          state="unknown"
          title={
            <>
              As of <Clock at={seen.heardAt} />, not live
            </>
          }
        >
          {problem}
        </Callout>
      ) : null}
      <div className={problem ? 'stack stale' : 'stack'}>
        <NodesAndPods seen={seen} />
        <WorkloadsTable workloads={seen.workloads} />
        <ServicesTable services={seen.services} nodes={seen.nodes} />
      </div>
      <CliLine command={cliTwins.workloads(seen.cluster)} />
    </>
  );
}

/** Side by side from 1280 px: which pod is on which node is seen at a glance. */
function NodesAndPods({ seen }: { seen: WorkloadsView }) {
  const [node, setNode] = useState<string | null>(null);
  const [filter, setFilter] = useState('');
  const wanted = useDeferredValue(filter);
  const pods = filterPods(seen.pods, wanted).filter((pod) => node === null || pod.node === node);
  return (
    <div className="nodes-pods">
      <section className="stack" aria-labelledby="nodes">
        <header className="row">
          <h2 id="nodes">Nodes</h2>
          <span className="cap">{count(seen.nodes.length, 'node')}, each on a VM of its own</span>
        </header>
        <NodeCards seen={seen} chosen={node} onChoose={setNode} />
      </section>
      <section className="card" aria-labelledby="pods">
        <header>
          <h2 id="pods">Pods</h2>
          <label className="filterbox">
            <ListFilter className="i" aria-hidden="true" />
            <span className="sr">Filter pods</span>
            <input
              value={filter}
              placeholder="Filter by name, namespace, node, keeper, status"
              onChange={(event) => setFilter(event.target.value)}
            />
          </label>
          <span className="cap nowrap">{node === null ? count(pods.length, 'pod') : `${pods.length} on ${node}`}</span>
        </header>
        <PodsTable pods={pods} nodes={seen.nodes} />
      </section>
    </div>
  );
}
