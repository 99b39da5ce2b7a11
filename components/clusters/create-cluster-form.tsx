'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { links } from '#components/links.ts';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { Button, ButtonLink } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count } from '#components/ui/format-time.ts';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { TextField } from '#components/ui/text-field.tsx';
import { CreateClusterRequest } from '#model/cluster.ts';
import { faultsByField } from '#model/faults-by-field.ts';
import type { Plan } from '#model/plan.ts';
import { PlanCapacity } from './plan-capacity.tsx';

/** A new cluster from a plan; the name gives the host name until one is typed. */
export function CreateClusterForm() {
  const trpc = useTRPC();
  const service = useQuery(trpc.clusters.service.queryOptions());
  return (
    <>
      <header className="head">
        <div>
          <h1>Create cluster</h1>
          <p>A real Kubernetes cluster from one of the plans of the Container Service.</p>
        </div>
      </header>
      {service.error ? (
        <ErrorView what="The plans could not be read." error={service.error} onRetry={() => void service.refetch()} />
      ) : null}
      {service.data ? <PlanChoice plans={service.data.plans} /> : null}
      {!service.data && !service.error ? <SkeletonRows label="Reading plans" /> : null}
    </>
  );
}

function PlanChoice({ plans }: { plans: Plan[] }) {
  const [first] = plans;
  if (first) return <ClusterFields plans={plans} first={first} />;
  return (
    <section className="card">
      <Empty
        sentence="No plan is active yet. Configure the Container Service and apply the changes first."
        action={<ButtonLink href={links.products()}>Go to products</ButtonLink>}
      />
    </section>
  );
}

function ClusterFields({ plans, first }: { plans: Plan[]; first: Plan }) {
  const trpc = useTRPC();
  const router = useRouter();
  const stale = useStaleRefusal();
  const { rights } = useSession();
  const [name, setName] = useState('');
  const [hostname, setHostname] = useState<string | null>(null);
  const [planName, setPlanName] = useState(first.name);
  const [workers, setWorkers] = useState<string | null>(null);
  const [faults, setFaults] = useState<Record<string, string>>({});
  const plan = plans.find((candidate) => candidate.name === planName) ?? first;
  const create = useMutation(
    trpc.clusters.create.mutationOptions({ onSuccess: (cluster) => router.push(links.cluster(cluster.name)) }),
  );
  const refusal = create.error ? refusalOf(create.error) : null;
  const shown = { ...refusal?.fields, ...faults };
  const externalHostname = hostname ?? (name ? `${name.toLowerCase().replaceAll('_', '-')}.k8s.example` : '');
  const workerInstances = workers === null ? plan.workerInstances : Number(workers);
  const request = { name, planName, externalHostname, workerInstances };

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const parsed = CreateClusterRequest.safeParse(request);
    if (!parsed.success) {
      setFaults(faultsByField(parsed.error));
      return;
    }
    setFaults({});
    create.mutate(parsed.data);
  };

  return (
    <form className="split create" onSubmit={onSubmit} aria-label="Create cluster" noValidate>
      <section className="card">
        <div className="pad stack fields">
          {refusal ? (
            <Callout state="failed" alert title="Not created">
              <p>{refusal.message}</p>
            </Callout>
          ) : null}
          <TextField
            label="Name"
            value={name}
            onChange={(event) => setName(event.target.value)}
            error={shown.name}
            autoComplete="off"
            spellCheck={false}
            autoFocus
            help="Letters, digits, - and _. es_cluster and es-cluster are the same name."
          />
          <fieldset className="radios plans">
            <legend className="label">Plan</legend>
            {plans.map((each) => (
              <label className="radio" key={each.id}>
                <input
                  className="check"
                  type="radio"
                  name="plan"
                  checked={each.name === plan.name}
                  onChange={() => {
                    setPlanName(each.name);
                    setWorkers(null);
                  }}
                />
                {each.name}
                <small className="cap">
                  {count(each.masterInstances, 'master')} {each.masterVmType}, {count(each.workerInstances, 'worker')}{' '}
                  {each.workerVmType}. {each.description}
                </small>
              </label>
            ))}
          </fieldset>
          {shown.planName ? <p className="fault">{shown.planName}</p> : null}
          <TextField
            label="External host name"
            value={externalHostname}
            onChange={(event) => setHostname(event.target.value)}
            error={shown.externalHostname}
            autoComplete="off"
            spellCheck={false}
            className="mono"
            help="In the certificate of the API. Point it at the cluster’s address once it is there; tessera hosts --write does so on this machine."
          />
          <TextField
            label="Workers"
            inputMode="numeric"
            value={workers ?? String(plan.workerInstances)}
            onChange={(event) => setWorkers(event.target.value)}
            error={shown.workerInstances}
            help={`1 to ${plan.maxWorkerInstances} with plan ${plan.name}.`}
          />
        </div>
        <footer className="savebar">
          <span className="muted">Takes about a minute.</span>
          <span className="push" />
          <ButtonLink href={links.clusters()} look="ghost">
            Back
          </ButtonLink>
          <Button
            type="submit"
            look="primary"
            pending={create.isPending || create.isSuccess}
            refusal={
              stale ??
              (rights['create-cluster'] ? null : 'that takes the group pks.clusters.admin or pks.clusters.manage')
            }
          >
            {create.isPending ? 'Creating…' : 'Create cluster'}
          </Button>
        </footer>
      </section>
      <aside className="stack">
        <PlanCapacity plan={plan} workers={Number.isInteger(workerInstances) ? workerInstances : 0} />
      </aside>
      <div className="create-cli">
        <CliLine
          command={cliTwins.createCluster({
            name,
            externalHostname,
            planName: plan.name,
            workers: workers === null ? null : workerInstances,
          })}
        />
      </div>
    </form>
  );
}
