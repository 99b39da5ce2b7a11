'use client';

import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { isUnderWay } from '#components/drills/drill-words.ts';
import { links } from '#components/links.ts';
import { asHeard, useUnheard } from '#components/live/use-unheard.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { Link } from '#components/ui/link.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { StateShape } from '#components/ui/state-shape.tsx';
import { LinkTabs } from '#components/ui/tabs.tsx';
import { Clock } from '#components/ui/time.tsx';
import type { ClusterView } from '#model/cluster.ts';
import type { InstanceView } from '#model/deployment.ts';
import { ClusterActions } from './cluster-actions.tsx';
import { stateOfCluster } from './cluster-state.ts';
import { verdictOf } from './cluster-verdict.ts';
import { ResurrectionWord } from './resurrection-word.tsx';
import { useCluster, useDrills, usePods, useRepairs, useResurrection } from './use-cluster.ts';

/** Head of every page of one cluster: name, state, verdict in words, actions, tabs. */
export function ClusterFrame({ name, children }: { name: string; children: ReactNode }) {
  const { cluster, deployment, instances, error, retry } = useCluster(name);
  if (!cluster) {
    return error ? (
      <ErrorView what={`Cluster ${name} could not be read.`} error={error} onRetry={retry} />
    ) : (
      <SkeletonRows rows={8} label={`Reading cluster ${name}`} />
    );
  }
  return (
    <>
      <ClusterHead cluster={cluster} deployment={deployment} instances={instances} />
      <ClusterTabs name={cluster.name} />
      {children}
    </>
  );
}

type HeadProps = { cluster: ClusterView; deployment: string; instances: InstanceView[] };

function ClusterHead({ cluster, deployment, instances }: HeadProps) {
  const repairs = useRepairs(instances);
  const resurrection = useResurrection(deployment);
  const pods = usePods(cluster);
  const drill = useDrills(cluster.name)?.find(isUnderWay);
  const unheard = useUnheard();
  const repaired = new Set(repairs.keys());
  const state = asHeard(stateOfCluster(cluster, instances, repaired), unheard);
  const verdict = verdictOf(cluster, instances, {
    repaired,
    resurrects: resurrection?.on ?? true,
    podsOn: pods?.byInstance ?? null,
  });
  const heardAt = instances.reduce<string | null>(
    (last, { lastHeardAt: at }) => (at !== null && (last === null || at > last) ? at : last),
    null,
  );
  return (
    <header className="head">
      <div className="grow verdict-box">
        <h1 className="row wrap title">
          {cluster.name} <StateBadge state={state} />
          {drill ? (
            <Link className="badge tint" data-state="drill" href={links.drill(drill.id)}>
              <StateShape state="drill" />
              Under drill
            </Link>
          ) : null}
          {resurrection && !resurrection.on ? <ResurrectionWord globally={!resurrection.globally} /> : null}
        </h1>
        <p className="verdict" aria-live="polite">
          <strong>{unheard && instances.length > 0 ? 'Not heard.' : verdict.lead}</strong> {verdict.rest}
          {unheard && heardAt ? (
            <>
              {' '}
              As of <Clock at={heardAt} />.
            </>
          ) : null}
        </p>
      </div>
      <ClusterActions cluster={cluster} />
    </header>
  );
}

function ClusterTabs({ name }: { name: string }) {
  const pathname = usePathname();
  const tabs = [
    { name: 'Overview', href: links.cluster(name) },
    { name: 'Workloads', href: links.clusterWorkloads(name) },
    { name: 'Samples', href: links.clusterSamples(name) },
    { name: 'Timeline', href: links.clusterTimeline(name) },
  ];
  return <LinkTabs label={`Cluster ${name}`} tabs={tabs.map((tab) => ({ ...tab, current: tab.href === pathname }))} />;
}
