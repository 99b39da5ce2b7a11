'use client';

import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useId } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { links } from '#components/links.ts';
import { useStaleRefusal } from '#components/live/connection-banner.tsx';
import { useSession } from '#components/live/live-provider.tsx';
import { useTRPC } from '#components/live/trpc.ts';
import { Button, ButtonLink } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count, formatSpan } from '#components/ui/format-time.ts';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { TextField } from '#components/ui/text-field.tsx';
import type { DrillPreview } from '#model/drill.ts';

import { KIND_WORDS, seconds, victimName } from './drill-words.ts';
import { KindButtons } from './kind-buttons.tsx';
import { ObjectiveFields, ProbeChecks } from './objective-fields.tsx';
import { PageFault } from './page-fault.tsx';
import { PreviewChecks, redReason } from './preview-checks.tsx';
import { PreviewHits } from './preview-hits.tsx';
import { type DrillChoice, useDrillChoice } from './use-drill-choice.ts';

/** What is safe changes while one reads: the checks are made again this often. */
const CHECK_AGAIN_MS = 5000;

/** Choose what breaks and where, see whom it hits and whether it is safe, run it. Three clicks, no YAML. */
export function NewDrill() {
  const trpc = useTRPC();
  const clusters = useQuery(trpc.clusters.list.queryOptions());
  const names = (clusters.data ?? []).map((cluster) => cluster.name).toSorted();
  const choice = useDrillChoice(names[0]);
  const { request, asked } = choice;
  const preview = useQuery({
    ...trpc.drills.preview.queryOptions(asked),
    enabled: asked.cluster !== '',
    refetchInterval: CHECK_AGAIN_MS,
    placeholderData: keepPreviousData,
  });
  if (!clusters.data) {
    return clusters.error ? (
      <PageFault
        title="Run a drill"
        what="The list of clusters could not be read."
        error={clusters.error}
        onRetry={() => void clusters.refetch()}
      />
    ) : (
      <SkeletonRows rows={6} label="Reading clusters" />
    );
  }
  const shown = preview.data?.kind === request.kind && preview.data.cluster === request.cluster ? preview.data : null;
  return (
    <>
      <header className="head">
        <div>
          <h1>Run a drill</h1>
          <p>The platform is not told. It must find and mend this by itself; the drill only watches, and undoes.</p>
        </div>
      </header>
      {names.length === 0 ? (
        <section className="card">
          <Empty
            sentence="A drill needs a cluster."
            action={<ButtonLink href={links.createCluster()}>Create cluster</ButtonLink>}
            cli={cliTwins.clusters()}
          />
        </section>
      ) : (
        <>
          <Card title="What breaks" aside={<ClusterChoice names={names} choice={choice} />}>
            <KindButtons kind={request.kind} onChoose={(kind) => choice.choose({ kind })} />
            {request.kind === 'network-cut' ? <CutChoice choice={choice} /> : null}
          </Card>
          {preview.error ? (
            <ErrorView
              what="What would happen could not be worked out."
              error={preview.error}
              onRetry={() => void preview.refetch()}
            />
          ) : null}
          {shown ? <Preview preview={shown} choice={choice} /> : null}
          {shown || preview.error ? null : <SkeletonRows rows={5} label="Looking at the cluster" />}
          <CliLine command={cliTwins.runDrill(request)} />
          {shown ? <DrillBar preview={shown} choice={choice} /> : null}
        </>
      )}
    </>
  );
}

function ClusterChoice({ names, choice }: { names: readonly string[]; choice: DrillChoice }) {
  const id = useId();
  const { cluster } = choice.request;
  return (
    <label className="row cap" htmlFor={id}>
      Cluster
      <select
        id={id}
        className="input"
        value={cluster}
        onChange={(event) => choice.choose({ cluster: event.target.value })}
      >
        {names.includes(cluster) ? null : <option>{cluster}</option>}
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

const CUTS = { director: 'From this platform only: it must not become two', all: 'From everybody' } as const;

function CutChoice({ choice }: { choice: DrillChoice }) {
  return (
    <div className="pad">
      <fieldset className="checks">
        <legend className="sr">Cut off from</legend>
        {(['director', 'all'] as const).map((cut) => (
          <label key={cut}>
            <input
              type="radio"
              className="check"
              name="cut"
              checked={choice.request.cut === cut}
              onChange={() => choice.setCut(cut)}
            />
            {CUTS[cut]}
          </label>
        ))}
      </fieldset>
    </div>
  );
}

function Preview({ preview, choice }: { preview: DrillPreview; choice: DrillChoice }) {
  const { request } = choice;
  return (
    <>
      <div className="halves">
        <div className="stack">
          <PreviewHits preview={preview} victim={request.victim} onVictim={choice.setVictim} />
        </div>
        <div className="stack">
          <PreviewChecks preview={preview} />
          <Card title="What is asked ten times a second">
            <ProbeChecks probes={preview.probes} chosen={request.probes} onChoose={choice.setProbes} />
          </Card>
          <Card title="What it is judged by" aside={<span className="cap">empty = not judged</span>}>
            <ObjectiveFields
              key={`${preview.kind} ${preview.cluster}`}
              standard={preview.objectives}
              edited={request.objectives}
              onEdit={choice.setObjectives}
            />
            <div className="pad">
              <TextField
                label="Why"
                placeholder="Quarterly proof, new plan, after an upgrade …"
                value={request.reason}
                maxLength={500}
                onChange={(event) => choice.setReason(event.target.value)}
              />
            </div>
          </Card>
        </div>
      </div>
    </>
  );
}

/** The one button, what it does in its own words, and what is to be expected. */
function DrillBar({ preview, choice }: { preview: DrillPreview; choice: DrillChoice }) {
  const trpc = useTRPC();
  const router = useRouter();
  const { rights } = useSession();
  const stale = useStaleRefusal();
  const start = useMutation(trpc.drills.start.mutationOptions({ onSuccess: ({ id }) => router.push(links.drill(id)) }));
  const victim = choice.request.victim ?? preview.victim;
  const refusal =
    stale ??
    (rights['run-drill'] ? null : 'running drills takes the right to run drills') ??
    redReason(preview) ??
    (victim ? null : 'there is nobody to hit');
  return (
    <section className="drillbar" aria-label="Run">
      <Button
        look="primary"
        refusal={refusal}
        pending={start.isPending}
        onClick={() => start.mutate({ ...choice.request, victim })}
      >
        {KIND_WORDS[preview.kind].verb}
        {victim ? ` ${victimName(victim)}` : ''}
      </Button>
      <p className="grow" role={start.error ? 'alert' : undefined}>
        {start.error ? null : (refusal ?? expectedWords(preview))}
        <span className="cap"> Undone by itself after {formatSpan(preview.deadlineMs)} at the latest.</span>
      </p>
      {start.error ? <ErrorView what="Not started." error={start.error} /> : null}
    </section>
  );
}

function expectedWords({ expected }: DrillPreview): string {
  if (!expected) return 'No earlier drill of this kind: nothing to expect from history.';
  const span = `${seconds(expected.p50Ms)}–${seconds(expected.p95Ms)} s`;
  return `Expected to be whole after ${span} (the last ${count(expected.runs, 'drill')} of this kind).`;
}
