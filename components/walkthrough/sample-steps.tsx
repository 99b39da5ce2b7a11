'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { links } from '#components/links.ts';
import { useApi, useSession } from '#components/live/live-provider.tsx';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { curlLine } from '#components/samples/curl-line.ts';
import { Button } from '#components/ui/button.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { Link } from '#components/ui/link.tsx';
import { StateShape, type UiState } from '#components/ui/state-shape.tsx';
import type { SampleAnswer, SampleRequest, SampleView } from '#model/sample.ts';
import { CustomerAnswer } from './customer-answer.tsx';
import { StepCard } from './step-card.tsx';
import type { useCustomer } from './use-customer.ts';
import type { StepState } from './walk-steps.ts';

/** Step 1: the application under test. Elasticsearch where there is memory for it, else the stand-in of the same shape. */
export function DeployStep({
  cluster,
  samples,
  chosen,
  onChoose,
}: {
  cluster: string;
  samples: SampleView[];
  chosen: SampleView;
  onChoose: (id: string) => void;
}) {
  const trpc = useTRPC();
  const { rights } = useSession();
  const deploy = useMutation(trpc.samples.deploy.mutationOptions());
  return (
    <StepCard number={1} title="Deploy an application with data" state={deployState(chosen)}>
      <fieldset className="checks">
        <legend className="sr">Application</legend>
        {samples.map((sample) => (
          <label key={sample.id}>
            <input
              type="radio"
              className="check"
              name="sample"
              checked={sample.id === chosen.id}
              onChange={() => onChoose(sample.id)}
            />
            {sample.name}
            <span className="cap">{sample.description}</span>
          </label>
        ))}
      </fieldset>
      <CliLine bare command={`kubectl create -f ${chosen.id}.yml`} />
      <p className="row wrap">
        {chosen.state === null || chosen.state === 'failed' ? (
          <Button
            look="primary"
            pending={deploy.isPending}
            refusal={rights['deploy-sample'] ? null : 'deploying samples takes another right'}
            onClick={() => deploy.mutate({ cluster, sample: chosen.id })}
          >
            Deploy {chosen.name}
          </Button>
        ) : (
          <span role="status">{DEPLOY_WORDS[chosen.state]}</span>
        )}
        {chosen.taskId === null ? null : (
          <Link className="link" href={links.task(chosen.taskId)}>
            log
          </Link>
        )}
      </p>
      {deploy.error ? <ErrorView what="Not deployed." error={deploy.error} /> : null}
    </StepCard>
  );
}

const DEPLOY_WORDS = {
  deploying: 'It is being deployed: claim, service, pods.',
  running: 'It runs.',
  removing: 'It is being removed.',
} as const;

function deployState(sample: SampleView): StepState {
  if (sample.state === 'running') return 'done';
  if (sample.state === 'failed') return 'failed';
  return sample.state === null ? 'ready' : 'running';
}

type Sent = Record<string, SampleAnswer | { error: string }>;

/** Step 2: an index, a type, two customers; *Get customer 1* is asked again after each drill. */
export function RequestsStep({
  cluster,
  sample,
  customer,
}: {
  cluster: string;
  sample: SampleView;
  customer: ReturnType<typeof useCustomer>;
}) {
  const api = useApi();
  const [sent, setSent] = useState<Sent>({});
  const [busy, setBusy] = useState(false);
  const [address] = sample.addresses;
  const there = customer.data?.ok === true;
  const check = sample.requests.find((request) => request.id === sample.dataCheck);
  const writes = sample.requests.filter((request) => request.id !== sample.dataCheck);

  const send = async (requests: SampleRequest[]) => {
    setBusy(true);
    for (const request of requests) {
      const answer = await api.samples.ask
        .mutate({ cluster, sample: sample.id, request: request.id })
        .catch((error: unknown) => ({ error: refusalOf(error).message }));
      setSent((known) => ({ ...known, [request.id]: answer }));
    }
    setBusy(false);
    await customer.refetch();
  };
  return (
    <StepCard number={2} title="Put data into it" state={requestsState(sample, there)}>
      <p className="muted">
        The requests of the {sample.name} sample{address ? ` at ${address}` : ''}. The last of them proves after each
        drill that nothing was lost.
      </p>
      <ol>
        {writes.map((request) => (
          <RequestRow
            key={request.id}
            request={request}
            sent={sent[request.id]}
            there={there}
            busy={busy}
            onSend={() => void send([request])}
          />
        ))}
      </ol>
      {there ? null : (
        <p>
          <Button look="primary" pending={busy} onClick={() => void send(writes)}>
            Send all {writes.length}
          </Button>
        </p>
      )}
      <CustomerAnswer customer={customer} />
      {address && check ? <CliLine bare command={curlLine(check, address)} /> : null}
    </StepCard>
  );
}

function requestsState(sample: SampleView, there: boolean): StepState {
  if (sample.state !== 'running') return 'locked';
  return there ? 'done' : 'ready';
}

function RequestRow({
  request,
  sent,
  there,
  busy,
  onSend,
}: {
  request: SampleRequest;
  sent: Sent[string] | undefined;
  there: boolean;
  busy: boolean;
  onSend: () => void;
}) {
  const state = rowState(sent, there);
  return (
    <li data-state={state}>
      <StateShape state={state} />
      <span>
        {request.name}{' '}
        <span className="cap mono">
          {request.method} {request.path}
        </span>
        {sent?.error ? <span className="cap"> {sent.error}</span> : null}
        {sent && 'status' in sent && !sent.ok && !sent.error ? (
          <span className="cap">
            {' '}
            answered {sent.status}: {sent.body.slice(0, 120)}
          </span>
        ) : null}
      </span>
      <Button small onClick={onSend} pending={busy}>
        Send<span className="sr"> {request.name}</span>
      </Button>
    </li>
  );
}

/** Once customer 1 answers, what led there has happened, whoever sent it. */
function rowState(sent: Sent[string] | undefined, there: boolean): UiState {
  if (there || (sent && 'ok' in sent && sent.ok)) return 'done';
  return sent ? 'failed' : 'waiting';
}
