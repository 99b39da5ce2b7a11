'use client';

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTRPC } from '#components/live/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { StateShape } from '#components/ui/state-shape.tsx';
import type { SampleAnswer, SampleRequest, SampleView } from '#model/sample.ts';
import { curlLine } from './curl-line.ts';

const ANY = '';

/** The sample's requests with the address filled in; the console sends them, the answer is shown below each. */
export function RequestRunner({ cluster, sample }: { cluster: string; sample: SampleView }) {
  const [address, setAddress] = useState(ANY);
  return (
    <section className="stack" aria-label={`Requests of ${sample.name}`}>
      <label className="row wrap">
        <span className="cap">Send to</span>
        <select className="input runner-address" value={address} onChange={(event) => setAddress(event.target.value)}>
          <option value={ANY}>the first node that answers</option>
          {sample.addresses.map((one) => (
            <option key={one} value={one}>
              {one.replace('http://', '')}
            </option>
          ))}
        </select>
      </label>
      <ol className="runner">
        {sample.requests.map((request) => (
          <RunnerRow key={request.id} cluster={cluster} sample={sample} request={request} address={address} />
        ))}
      </ol>
    </section>
  );
}

type RowProps = { cluster: string; sample: SampleView; request: SampleRequest; address: string };

function RunnerRow({ cluster, sample, request, address }: RowProps) {
  const trpc = useTRPC();
  const ask = useMutation(trpc.samples.ask.mutationOptions());
  const send = () =>
    ask.mutate({ cluster, sample: sample.id, request: request.id, ...(address === ANY ? {} : { address }) });
  const shownAddress = address === ANY ? (sample.addresses[0] ?? '') : address;
  return (
    <li>
      <div className="row wrap">
        <Button small pending={ask.isPending} onClick={send} aria-label={`Send ${request.name}`}>
          {ask.isPending ? 'Sending' : 'Send'}
        </Button>
        <strong>{request.name}</strong>
        <code className="clip grow">
          {request.method} {request.path}
        </code>
        {sample.dataCheck === request.id ? (
          <span className="tag" title="Drills ask this again after every fault">
            data check
          </span>
        ) : null}
        <CopyButton text={curlLine(request, shownAddress)} label="Copy as curl" />
      </div>
      {ask.error ? <ErrorView what={`${request.name} was not sent.`} error={ask.error} onRetry={send} /> : null}
      {ask.data ? <Answer answer={ask.data} /> : null}
    </li>
  );
}

function Answer({ answer }: { answer: SampleAnswer }) {
  const state = answer.ok ? 'running' : 'failed';
  return (
    <div className="answer" data-state={state} role="status">
      <p className="row wrap">
        <StateShape state={state} />
        <span>
          {answer.ok ? 'As expected' : (answer.error ?? 'Not as expected')}
          {answer.status === null ? null : ` · ${answer.status}`} · {answer.ms} ms ·{' '}
          {answer.address.replace('http://', '')}
        </span>
      </p>
      {answer.body === '' ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
        <pre tabIndex={0}>{answer.body}</pre>
      )}
    </div>
  );
}
