'use client';

import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { links } from '#components/links.ts';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';
import { useTRPC } from '#components/live/trpc.ts';
import { runHref } from '#components/tasks/run-href.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { Day } from '#components/ui/time.tsx';
import { type ClusterView, canCluster, deploymentOfCluster } from '#model/cluster.ts';
import type { InstanceView } from '#model/deployment.ts';
import { instanceState, summariseInstances } from '#model/instance-state.ts';
import { ClusterFigures } from './cluster-figures.tsx';
import { clusterState, verdictOf } from './cluster-state.ts';
import { Topology } from './topology.tsx';

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
  const state = clusterState(cluster, summariseInstances(instances));
  const verdict = verdictOf(cluster, instances);
  return (
    <>
      <header className="head">
        <div className="grow verdict-box">
          <h1 className="row title">
            {cluster.name} <StateBadge state={state} />
          </h1>
          <p className="verdict" aria-live="polite">
            <strong>{verdict.lead}</strong> {verdict.rest}
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

/** Cause → evidence → what is done about it → what you can do; or how to connect when all is green. */
function WhyNotGreen({ cluster, instances }: { cluster: ClusterView; instances: InstanceView[] }) {
  const trpc = useTRPC();
  const task = useQuery({
    ...trpc.tasks.read.queryOptions({ id: cluster.taskId ?? 0 }),
    enabled: cluster.taskId !== null,
  });
  const broken = instances.filter((instance) => instanceState(instance) !== 'running');
  const inAction = cluster.lastActionState !== 'succeeded';
  if (!inAction && broken.length === 0) {
    return (
      <Card title="Connect">
        <div className="pad stack connect">
          <p className="muted">Get the kubeconfig, then use kubectl as ever.</p>
          <p className="cli">
            <code className="clip grow">{cliTwins.credentials(cluster.name)}</code>
            <CopyButton text={cliTwins.credentials(cluster.name)} label="Copy command" iconOnly />
          </p>
          <p className="cli">
            <code className="clip grow">kubectl get nodes</code>
            <CopyButton text="kubectl get nodes" label="Copy command" iconOnly />
          </p>
        </div>
      </Card>
    );
  }
  return (
    <Card title="Why is it not green?">
      <ol className="chain pad">
        <li>
          <small className="cap">Cause</small>
          <span>
            {inAction
              ? `${cluster.lastAction.toLowerCase()} ${cluster.lastActionState}`
              : broken.map((instance) => `${instance.group}/${instance.index}`).join(', ')}
          </span>
        </li>
        <li>
          <small className="cap">Evidence</small>
          <span>{task.data?.error ?? (broken[0] ? evidenceOf(broken[0]) : cluster.lastActionDescription)}</span>
        </li>
        {cluster.taskId !== null && task.data ? (
          <li>
            <small className="cap">You can</small>
            <span className="row wrap">
              <Link className="btn sm" href={runHref(task.data)}>
                {task.data.state === 'failed' ? 'Open failure' : 'Watch'}
              </Link>
            </span>
          </li>
        ) : null}
      </ol>
    </Card>
  );
}

function evidenceOf(instance: InstanceView): string {
  const failing = instance.processes.find((process) => process.state === 'failing');
  if (failing)
    return `${failing.name} is failing${failing.lastExit ? `: ${failing.lastExit}` : ''}, ${failing.restarts} restarts`;
  if (instance.vmCid === null) return 'the infrastructure has no VM for it';
  return `its agent says ${instance.jobState}`;
}
