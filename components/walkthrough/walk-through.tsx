'use client';

import { useQuery } from '@tanstack/react-query';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { isUnderWay } from '#components/drills/drill-words.ts';
import { PageFault } from '#components/drills/page-fault.tsx';
import { StopBar } from '#components/drills/stop-bar.tsx';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button, ButtonLink } from '#components/ui/button.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { wallNow } from '#components/ui/now.ts';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { type ClusterView, deploymentOfCluster } from '#model/cluster.ts';
import type { SampleView } from '#model/sample.ts';
import { DrillStep } from './drill-step.tsx';
import { MastersByHand } from './masters-by-hand.tsx';
import { DeployStep, RequestsStep } from './sample-steps.tsx';
import { ToldStep } from './told-step.tsx';
import { useCustomer } from './use-customer.ts';
import { walkSteps } from './walk-steps.ts';

const DRILLS_OF_CLUSTER = 50;

/** The four drills of the walk-through in their order, with an application whose data must outlive them. */
export function WalkThrough() {
  const trpc = useTRPC();
  const search = useSearchParams();
  const clusters = useQuery(trpc.clusters.list.queryOptions());
  if (!clusters.data) {
    return clusters.error ? (
      <PageFault
        title="HA walk-through"
        what="The list of clusters could not be read."
        error={clusters.error}
        onRetry={() => void clusters.refetch()}
      />
    ) : (
      <SkeletonRows rows={6} label="Reading clusters" />
    );
  }
  const sorted = clusters.data.toSorted((a, b) => a.name.localeCompare(b.name));
  const cluster = sorted.find((each) => each.name === search.get('cluster')) ?? sorted[0];
  return (
    <>
      <header className="head">
        <div>
          <h1>HA walk-through</h1>
          <p>Four failures, from a pod to a machine. After each the data must be there, and somebody must know.</p>
        </div>
        <div className="actions">
          {cluster ? <ClusterChoice names={sorted.map((each) => each.name)} chosen={cluster.name} /> : null}
        </div>
      </header>
      {cluster ? (
        <Walk key={cluster.uuid} cluster={cluster} />
      ) : (
        <section className="card">
          <Empty
            sentence="The walk-through needs a cluster with two workers or more."
            action={<ButtonLink href={links.createCluster()}>Create cluster</ButtonLink>}
            cli={cliTwins.clusters()}
          />
        </section>
      )}
    </>
  );
}

/** Changes one value of the page's address, keeping the others. */
function useAddress() {
  const [search, setSearch] = useState(new URLSearchParams(useSearchParams()));
  const pathname = usePathname();
  return {
    search,
    set: (name: string, value: string) => {
      const next = new URLSearchParams(search);
      next.set(name, value);
      setSearch(next);
      // without asking the server again
      window.history.replaceState(null, '', `${pathname}?${next}`);
    },
  };
}

function ClusterChoice({ names, chosen }: { names: readonly string[]; chosen: string }) {
  const router = useRouter();
  return (
    <label className="row cap">
      Cluster
      <select
        className="input"
        value={chosen}
        onChange={(event) => router.replace(links.walkThrough(event.target.value))}
      >
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

function Walk({ cluster }: { cluster: ClusterView }) {
  const trpc = useTRPC();
  const address = useAddress();
  const deployment = deploymentOfCluster(cluster.uuid);
  const drills = useQuery(trpc.drills.list.queryOptions({ cluster: cluster.name, limit: DRILLS_OF_CLUSTER }));
  const samples = useQuery(trpc.samples.list.queryOptions({ cluster: cluster.name }));
  const workloads = useQuery(trpc.workloads.read.queryOptions({ cluster: cluster.name }));
  const instances = useQuery(trpc.instances.list.queryOptions({ deployment }));
  const [now] = useState(wallNow);
  const withData = (samples.data ?? []).filter((sample) => sample.dataCheck !== null);
  const sample = chosenSample(withData, address.search.get('sample'));
  const since = address.search.get('since');
  const begin = { since: since === null ? null : Number(since), now };
  const ended = (drills.data ?? []).filter((drill) => drill.state === 'ended').length;
  const customer = useCustomer(cluster.name, sample, ended);

  const failed = drills.error ?? samples.error;
  if (failed) return <ErrorView what="Where the tour stands could not be read." error={failed} />;
  if (!drills.data || !samples.data || !sample) return <SkeletonRows rows={6} label="Reading where the tour stands" />;

  // after the first drill a silence is what a drill did to it, and locks nothing
  const open = sample.state === 'running' && (customer.data?.ok === true || ended > 0);
  const steps = walkSteps(drills.data, begin, open);
  const newestDone = steps.findLast((step) => step.state === 'done');
  const running = drills.data.find(isUnderWay);
  const allDone = steps.every((step) => step.state === 'done');
  const pod = workloads.data?.pods.find((each) => each.keeper?.endsWith(`/${sample.id}`) && each.ready);
  const newest = Math.max(0, ...drills.data.map((drill) => drill.id));
  return (
    <>
      <ol className="walk">
        <DeployStep
          cluster={cluster.name}
          samples={withData}
          chosen={sample}
          onChoose={(id) => address.set('sample', id)}
        />
        <RequestsStep cluster={cluster.name} sample={sample} customer={customer} />
        {steps.map((step, index) => (
          <DrillStep
            key={step.drill.kind}
            number={index + 3}
            step={step}
            cluster={cluster.name}
            deployment={deployment}
            pod={pod}
            instances={instances.data ?? []}
            customer={step === newestDone ? customer : null}
          />
        ))}
        <ToldStep number={7} drillIds={steps.flatMap((step) => (step.run ? [step.run.id] : []))} open={allDone} />
      </ol>
      <p className="row wrap">
        <Button onClick={() => address.set('since', String(newest))}>Begin again</Button>
        <span className="cap">{beginWords(since)}</span>
      </p>
      <MastersByHand cluster={cluster} />
      {running ? <StopBar drill={running} /> : null}
    </>
  );
}

/** The one in the address, else the one that is there, else the light one. */
function chosenSample(samples: readonly SampleView[], wanted: string | null): SampleView | undefined {
  return (
    samples.find((sample) => sample.id === wanted) ??
    samples.find((sample) => sample.state !== null) ??
    samples.find((sample) => sample.id === 'orders') ??
    samples[0]
  );
}

const beginWords = (since: string | null): string =>
  since === null ? 'Drills of the last day count.' : `Drills after number ${since} count.`;
