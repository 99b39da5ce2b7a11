'use client';

import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { links } from '#components/links.ts';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';
import { useTRPC } from '#components/live/trpc.ts';
import { asHeard, useUnheard } from '#components/live/use-unheard.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { Day } from '#components/ui/time.tsx';
import { type ClusterView, canCluster, deploymentOfCluster } from '#model/cluster.ts';
import type { InstanceView } from '#model/deployment.ts';
import { summariseInstances } from '#model/instance-state.ts';
import { ClusterFigures } from './cluster-figures.tsx';
import { clusterState, verdictOf } from './cluster-state.ts';
import { Topology } from './topology.tsx';
import { WhyNotGreen } from './why-not-green.tsx';

const DeleteCluster = dynamic(() => import('./delete-cluster.tsx').then((module) => module.DeleteCluster));
const ResizeCluster = dynamic(() => import('./resize-cluster.tsx').then((module) => module.ResizeCluster));

/** One cluster: verdict in words, topology live, properties, and what one can do. */
export function ClusterPage({ name }: { name: string }) {
  const trpc = useTRPC();
  const cluster = useQuery(trpc.clusters.read.queryOptions({ name }));
  const instances = useQuery({
    ...trpc.instances.list.queryOptions({ deployment: deploymentOfCluster(cluster.data?.uuid ?? '') }),
    enabled: cluster.data !== undefined,
  });
  if (!cluster.data || cluster.error) {
    return cluster.error ? (
      <ErrorView
        what={`Cluster ${name} could not be read.`}
        error={cluster.error}
        onRetry={() => void cluster.refetch()}
      />
    ) : (
      <SkeletonRows rows={8} label={`Reading cluster ${name}`} />
    );
  }
  return <LoadedCluster cluster={cluster.data} instances={instances.data ?? []} instancesError={instances.error} />;
}

function LoadedCluster({
  cluster,
  instances,
  instancesError,
}: {
  cluster: ClusterView;
  instances: InstanceView[];
  instancesError: unknown;
}) {
  const state = asHeard(clusterState(cluster, summariseInstances(instances)), useUnheard());
  const verdict = verdictOf(cluster, instances);
  return (
    <>
      <header className="head">
        <div className="grow verdict-box">
          <h1 className="row title">
            {cluster.name} <StateBadge state={state} />
          </h1>
          <p className="verdict" aria-live="polite">
            <strong>{state === 'unknown' && instances.length > 0 ? 'Not heard.' : verdict.lead}</strong> {verdict.rest}
          </p>
        </div>
        <ClusterActions cluster={cluster} />
      </header>
      <ClusterFigures cluster={cluster} instances={instances} />
      {instancesError ? <ErrorView what="The VMs of this cluster could not be read." error={instancesError} /> : null}
      <div className="split cl">
        <section className="stack" aria-labelledby="topology">
          <header className="row">
            <h2 id="topology">Topology</h2>
            <span className="cap">AZ → VM → process, container-backed VMs</span>
          </header>
          {instances.length === 0 ? (
            <section className="card">
              <p className="pad muted">
                {cluster.lastActionState === 'succeeded' ? 'No VM is known.' : 'VMs appear here as they are made.'}
              </p>
            </section>
          ) : (
            <Topology instances={instances} />
          )}
        </section>
        <aside className="stack">
          <WhyNotGreen cluster={cluster} instances={instances} />
          <Card title="Properties" className="desktop-only">
            <dl className="props pad">
              <dt>UUID</dt>
              <dd className="mono clip" title={cluster.uuid}>
                {cluster.uuid}
              </dd>
              <dt>API address</dt>
              <dd className="mono">{cluster.masterAddress ? `${cluster.masterAddress}:${cluster.port}` : 'not yet'}</dd>
              <dt>External host name</dt>
              <dd className="mono">{cluster.externalHostname}</dd>
              <dt>Plan</dt>
              <dd>
                {cluster.planName}, {cluster.masterInstances} + {cluster.workerInstances} nodes
              </dd>
              <dt>Owner</dt>
              <dd>{cluster.owner}</dd>
              <dt>Created</dt>
              <dd>
                <Day at={cluster.createdAt} />
              </dd>
              <dt>Last action</dt>
              <dd>
                {cluster.lastAction.toLowerCase()} {cluster.lastActionState}
              </dd>
            </dl>
          </Card>
        </aside>
      </div>
      <CliLine command={cliTwins.cluster(cluster.name)} />
    </>
  );
}

function ClusterActions({ cluster }: { cluster: ClusterView }) {
  const { rights, userName } = useSession();
  const stale = useStaleRefusal();
  const [open, setOpen] = useState<'delete' | 'resize' | null>(null);
  const own = cluster.owner === userName;
  const noAddress =
    cluster.masterAddress && canCluster.credentials(cluster.lastActionState) ? null : 'the cluster has no address yet';
  const busy = cluster.lastActionState === 'in progress' ? `${cluster.lastAction} is in progress` : null;
  return (
    <div className="actions">
      {noAddress || !(rights['read-kubeconfig'] || own) ? (
        <Button refusal={noAddress ?? 'that takes the group pks.clusters.admin'}>
          <Download className="i" aria-hidden="true" />
          Kubeconfig
        </Button>
      ) : (
        <a className="btn" href={links.kubeconfig(cluster.name)} download>
          <Download className="i" aria-hidden="true" />
          Kubeconfig
        </a>
      )}
      <Button
        refusal={
          stale ??
          busy ??
          (canCluster.resize(cluster.lastActionState) ? null : 'the last action failed; retry it first')
        }
        onClick={() => setOpen('resize')}
      >
        Resize
      </Button>
      <Button
        look="danger"
        refusal={stale ?? busy ?? (rights['delete-cluster'] || own ? null : 'that takes the group pks.clusters.admin')}
        onClick={() => setOpen('delete')}
      >
        Delete…
      </Button>
      {open === 'delete' ? <DeleteCluster cluster={cluster} onClose={() => setOpen(null)} /> : null}
      {open === 'resize' ? <ResizeCluster cluster={cluster} onClose={() => setOpen(null)} /> : null}
    </div>
  );
}
