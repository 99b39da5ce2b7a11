'use client';

import { cliTwins } from '#components/cli-twins.ts';
import { Card } from '#components/ui/card.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { Day } from '#components/ui/time.tsx';
import type { ClusterView } from '#model/cluster.ts';
import { ClusterFigures } from './cluster-figures.tsx';
import { LazyTimeline } from './lazy-timeline.tsx';
import { Topology } from './topology.tsx';
import { useCluster, useDrills, useLeader, usePods, useRepairs, useResurrection } from './use-cluster.ts';
import { VitalsCard } from './vitals-card.tsx';
import { WhyNotGreen } from './why-not-green.tsx';

/** Figures, topology, why it is not green, properties. The frame above says what could not be read. */
export function ClusterOverview({ name }: { name: string }) {
  const { cluster, deployment, instances, instancesError } = useCluster(name);
  const repairs = useRepairs(instances);
  const resurrection = useResurrection(deployment);
  const pods = usePods(cluster);
  const leader = useLeader(cluster);
  const drills = useDrills(name);
  if (!cluster) return null;
  return (
    <>
      <ClusterFigures cluster={cluster} instances={instances} pods={pods} drills={drills} />
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
            <Topology instances={instances} repairs={repairs} podsOn={pods?.byInstance ?? null} leader={leader} />
          )}
          {instances.length > 0 ? <VitalsCard deployment={deployment} instances={instances} /> : null}
        </section>
        <aside className="stack">
          <WhyNotGreen
            cluster={cluster}
            deployment={deployment}
            instances={instances}
            repairs={repairs}
            resurrects={resurrection?.on ?? true}
          />
          <Properties cluster={cluster} resurrection={resurrection} />
        </aside>
      </div>
      <LazyTimeline name={cluster.name} hours={1} />
      <CliLine command={cliTwins.cluster(cluster.name)} />
    </>
  );
}

function Properties({
  cluster,
  resurrection,
}: {
  cluster: ClusterView;
  resurrection: ReturnType<typeof useResurrection>;
}) {
  return (
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
        <dt>Repair</dt>
        <dd>{repairWord(resurrection)}</dd>
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
  );
}

function repairWord(resurrection: ReturnType<typeof useResurrection>): string {
  if (!resurrection) return 'not known';
  if (resurrection.on) return 'automatic';
  return resurrection.globally ? 'off for this cluster' : 'off for all deployments';
}
