'use client';

import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { links } from '#components/links.ts';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';
import { useTRPC } from '#components/live/trpc.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { Link } from '#components/ui/link.tsx';
import type { UiState } from '#components/ui/state-shape.tsx';
import type { SampleState, SampleView } from '#model/sample.ts';
import { RemoveSample } from './remove-sample.tsx';
import { RequestRunner } from './request-runner.tsx';

const SHOWN = {
  deploying: 'working',
  running: 'running',
  removing: 'working',
  failed: 'failed',
} as const satisfies Record<SampleState, UiState>;
const WORDS = { deploying: 'Deploying', running: 'Deployed', removing: 'Removing', failed: 'Failed' } as const;

/** One sample: what it is, its state, its addresses, its requests, its files. */
export function SampleCard({ cluster, sample }: { cluster: string; sample: SampleView }) {
  return (
    <section className="card sample" aria-labelledby={`sample-${sample.id}`}>
      <header>
        <h2 id={`sample-${sample.id}`}>{sample.name}</h2>
        {sample.state === null ? (
          <StateBadge state="unset" word="Not deployed" />
        ) : (
          <StateBadge state={SHOWN[sample.state]} word={WORDS[sample.state]} />
        )}
        {sample.taskId !== null && sample.state !== 'running' ? (
          <Link href={links.task(sample.taskId)}>Task {sample.taskId}</Link>
        ) : null}
        <SampleActions cluster={cluster} sample={sample} />
      </header>
      <div className="pad stack">
        <p>{sample.description}</p>
        {sample.addresses.length > 0 ? <Addresses sample={sample} /> : null}
        {sample.state === 'running' ? <RequestRunner cluster={cluster} sample={sample} /> : null}
        <Files cluster={cluster} sample={sample} />
      </div>
    </section>
  );
}

function SampleActions({ cluster, sample }: { cluster: string; sample: SampleView }) {
  const trpc = useTRPC();
  const { rights } = useSession();
  const stale = useStaleRefusal();
  const [isRemoving, setRemoving] = useState(false);
  const deploy = useMutation(trpc.samples.deploy.mutationOptions());
  const isBusy = sample.state === 'deploying' || sample.state === 'removing';
  const refusal =
    stale ??
    (isBusy ? `it is ${sample.state}` : null) ??
    (rights['deploy-sample'] ? null : 'that takes the group pks.clusters.admin');
  return (
    <>
      {sample.state === 'running' ? null : (
        <Button
          small
          look="primary"
          refusal={refusal}
          pending={deploy.isPending}
          onClick={() => deploy.mutate({ cluster, sample: sample.id })}
        >
          {sample.state === 'failed' ? 'Try again' : `Deploy ${sample.name}`}
        </Button>
      )}
      {sample.state === null ? null : (
        <Button small look="danger" refusal={refusal} onClick={() => setRemoving(true)}>
          Remove…
        </Button>
      )}
      {isRemoving ? <RemoveSample cluster={cluster} sample={sample} onClose={() => setRemoving(false)} /> : null}
      {deploy.error ? <ErrorView what={`${sample.name} was not deployed.`} error={deploy.error} /> : null}
    </>
  );
}

/** The port answers on every node, whichever runs the pod. */
function Addresses({ sample }: { sample: SampleView }) {
  return (
    <div className="row wrap">
      <span className="cap">Answers at</span>
      {sample.addresses.map((address) => (
        <a key={address} className="mono" href={address} target="_blank" rel="noreferrer">
          {address.replace('http://', '')}
        </a>
      ))}
    </div>
  );
}

function Files({ cluster, sample }: { cluster: string; sample: SampleView }) {
  return (
    <details className="sample-files">
      <summary>YAML and downloads</summary>
      <div className="stack">
        <div className="row wrap">
          <a className="btn sm" href={links.sampleFile(cluster, sample.id, 'yaml')} download>
            <Download className="i" aria-hidden="true" />
            YAML files
          </a>
          <a className="btn sm" href={links.sampleFile(cluster, sample.id, 'postman')} download>
            <Download className="i" aria-hidden="true" />
            Postman collection
          </a>
          <CopyButton text={sample.manifest} label="Copy YAML" />
          <span className="cap">
            By hand: <code>kubectl create -f {sample.id}.yml</code>
          </span>
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
        <pre className="yaml" tabIndex={0}>
          {sample.manifest}
        </pre>
      </div>
    </details>
  );
}
