'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { isUnderWay, KIND_WORDS, seconds, shownOf, victimName } from '#components/drills/drill-words.ts';
import { redReason } from '#components/drills/preview-checks.tsx';
import { links } from '#components/links.ts';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';
import { useTRPC } from '#components/live/trpc.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { Button, ButtonLink } from '#components/ui/button.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { Link } from '#components/ui/link.tsx';
import { StateShape } from '#components/ui/state-shape.tsx';
import type { InstanceView } from '#model/deployment.ts';
import type { DrillPreview, DrillRequest, DrillView, Victim } from '#model/drill.ts';
import type { PodView } from '#model/workload.ts';
import { CustomerAnswer } from './customer-answer.tsx';
import { StepCard } from './step-card.tsx';
import type { useCustomer } from './use-customer.ts';
import type { WalkStep } from './walk-steps.ts';

/** Checks that were red a moment ago (a VM still starting) are made again this often. */
const CHECK_AGAIN_MS = 3000;

type DrillStepProps = {
  number: number;
  step: WalkStep;
  cluster: string;
  deployment: string;
  pod: PodView | undefined;
  instances: readonly InstanceView[];
  /** Of the newest drill only: the answer is about now. */
  customer: ReturnType<typeof useCustomer> | null;
};

/** One drill of the tour: the command an operator would type, the deed, the wait, the data, the report. */
export function DrillStep(props: DrillStepProps) {
  const { number, step, customer } = props;
  const { run } = step;
  const shown = run ? shownOf(run) : null;
  return (
    <StepCard
      number={number}
      title={step.drill.title}
      state={step.state}
      aside={run && shown ? <StateBadge state={shown.state} word={shown.word} /> : undefined}
    >
      <p className="muted">{step.drill.why}</p>
      {step.state === 'ready' || step.state === 'failed' ? <Ready {...props} /> : null}
      {run ? <Progress run={run} /> : null}
      {step.state === 'done' && customer ? <CustomerAnswer customer={customer} /> : null}
      {step.state === 'done' && run ? (
        <p className="row wrap">
          <ButtonLink small href={links.drillReport(run.id)}>
            Report
          </ButtonLink>
          <ButtonLink small look="ghost" href={links.drill(run.id)}>
            How it ran
          </ButtonLink>
        </p>
      ) : null}
    </StepCard>
  );
}

function Ready({ step, cluster, deployment, pod, instances }: DrillStepProps) {
  const trpc = useTRPC();
  const { rights } = useSession();
  const stale = useStaleRefusal();
  const request = requestOf(step, cluster, pod);
  const preview = useQuery({ ...trpc.drills.preview.queryOptions(request), refetchInterval: CHECK_AGAIN_MS });
  const start = useMutation(trpc.drills.start.mutationOptions());
  const victim = preview.data?.victim ?? null;
  const refusal =
    stale ??
    (rights['run-drill'] ? null : 'running drills takes the right to run drills') ??
    (preview.data ? redReason(preview.data) : 'it is being looked at');
  return (
    <>
      {victim ? <Where victim={victim} pod={pod} instances={instances} /> : null}
      {victim ? <ByHand step={step} victim={victim} deployment={deployment} instances={instances} /> : null}
      {preview.error ? <ErrorView what="What would happen could not be worked out." error={preview.error} /> : null}
      {preview.data ? <Refusals preview={preview.data} /> : null}
      <p>
        <Button
          look="primary"
          refusal={refusal}
          pending={start.isPending}
          onClick={() => start.mutate({ ...request, victim, reason: 'HA walk-through' })}
        >
          Do it: {KIND_WORDS[step.drill.kind].verb.toLowerCase()} {victim ? victimName(victim) : '…'}
        </Button>
      </p>
      {start.error ? <ErrorView what="Not started." error={start.error} /> : null}
    </>
  );
}

function requestOf(step: WalkStep, cluster: string, pod: PodView | undefined): DrillRequest {
  const kind = step.drill.kind;
  const named = pod ? `${pod.namespace}/${pod.name}` : null;
  const victim: Victim | null =
    kind === 'delete-pod' && pod ? { type: 'pod', namespace: pod.namespace, name: pod.name, node: pod.node } : null;
  return { kind, cluster, victim, pod: named, cut: 'director', probes: null, objectives: {}, reason: '' };
}

/** Which VM carries the pod, and which is hit. */
function Where({
  victim,
  pod,
  instances,
}: {
  victim: Victim;
  pod: PodView | undefined;
  instances: readonly InstanceView[];
}) {
  const vm = pod?.node ? instances.find((each) => `${each.group}-${each.index}` === pod.node) : undefined;
  return (
    <p>
      {pod ? (
        <>
          <strong>{pod.name}</strong> runs on {pod.node ?? 'no node yet'}
          {vm ? ` (VM ${vm.group}/${vm.index}, ${vm.address}, ${vm.az})` : ''}.{' '}
        </>
      ) : null}
      <span data-state="drill" className="badge">
        <StateShape state="drill" />
        {victimName(victim)}
      </span>{' '}
      will be hit.
    </p>
  );
}

/** What one would do without this page. The platform cannot tell the difference. */
function ByHand({
  step,
  victim,
  deployment,
  instances,
}: {
  step: WalkStep;
  victim: Victim;
  deployment: string;
  instances: readonly InstanceView[];
}) {
  if (step.drill.kind === 'delete-pod' && victim.type === 'pod') {
    return <CliLine bare command={`kubectl delete pod ${victim.name} --namespace ${victim.namespace}`} />;
  }
  if (step.drill.kind === 'kill-process') {
    return <CliLine bare command={`tessera instances -d ${deployment} --ps`} />;
  }
  const vm = victim.type === 'instance' ? instances.find((each) => each.id === victim.instance) : undefined;
  return (
    <p className="cap">
      By hand: on the{' '}
      <Link className="link" href={links.infrastructure()}>
        Infrastructure
      </Link>{' '}
      page search for {vm?.address ?? victimName(victim)} and press the red Power off square. Watch with{' '}
      <code>kubectl get nodes -o wide -w</code>.
    </p>
  );
}

function Refusals({ preview }: { preview: DrillPreview }) {
  const red = preview.checks.filter((check) => check.verdict === 'red');
  if (red.length === 0) return null;
  return (
    <ul className="stack" data-state="failed">
      {red.map((check) => (
        <li key={check.name} className="row">
          <StateShape state="failed" />
          {check.sentence}
        </li>
      ))}
    </ul>
  );
}

function Progress({ run }: { run: DrillView }) {
  const { detectedMs, podsBackMs, capacityBackMs } = run.times;
  const times = [
    detectedMs === null ? null : `seen after ${seconds(detectedMs)} s`,
    podsBackMs === null ? null : `pods back after ${seconds(podsBackMs)} s`,
    capacityBackMs === null ? null : `whole after ${seconds(capacityBackMs)} s`,
  ].filter((each) => each !== null);
  return (
    <p role="status">
      {run.summary} {times.length > 0 ? <span className="cap">{times.join(' · ')}</span> : null}{' '}
      {isUnderWay(run) ? (
        <Link className="link" href={links.drill(run.id)}>
          Watch it
        </Link>
      ) : null}
    </p>
  );
}
