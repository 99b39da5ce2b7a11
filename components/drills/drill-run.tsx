'use client';

import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { cliTwins } from '#components/cli-twins.ts';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { ButtonLink } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { Link } from '#components/ui/link.tsx';
import { useNow } from '#components/ui/now.ts';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { StateShape } from '#components/ui/state-shape.tsx';
import { Clock } from '#components/ui/time.tsx';
import type { DrillView } from '#model/drill.ts';
import { AlertsSent } from './alerts-sent.tsx';
import { DrillCounters } from './drill-counters.tsx';
import { DrillPlot } from './drill-plot.tsx';

import { drillTitle, isUnderWay, seconds, shownOf } from './drill-words.ts';
import { LiveWorkloads } from './live-workloads.tsx';
import { PageFault } from './page-fault.tsx';
import { PodsMoving } from './pods-moving.tsx';
import { StopBar } from './stop-bar.tsx';
import { WhereItHit } from './where-it-hit.tsx';

/** One drill while it runs, and as it ran. */
export function DrillRun({ id }: { id: number }) {
  const trpc = useTRPC();
  const drill = useQuery(trpc.drills.read.queryOptions({ id }));
  if (!drill.data) {
    return drill.error ? (
      <PageFault
        title={`Drill ${id}`}
        what={`Drill ${id} could not be read.`}
        error={drill.error}
        onRetry={() => void drill.refetch()}
      />
    ) : (
      <SkeletonRows rows={8} label={`Reading drill ${id}`} />
    );
  }
  return <LoadedDrill drill={drill.data} />;
}

function LoadedDrill({ drill }: { drill: DrillView }) {
  const title = drillTitle(drill);
  const underWay = isUnderWay(drill);
  const { word } = shownOf(drill);
  useEffect(() => {
    document.title = `${word} · ${title} · Tessera`;
  }, [word, title]);
  return (
    <>
      <header className="head">
        <div className="grow verdict-box">
          <h1 className="row wrap title">
            {title} <DrillBadge drill={drill} />
          </h1>
          <p className="verdict" aria-live="polite">
            {drill.summary || 'Its checks are made and its probes started.'}
          </p>
        </div>
        <div className="actions">
          {drill.state === 'ended' ? (
            <ButtonLink href={links.drillReport(drill.id)} look="primary">
              Report
            </ButtonLink>
          ) : null}
          {underWay ? null : <ButtonLink href={links.newDrill(drill.cluster)}>Run another</ButtonLink>}
          <p className="muted">
            Asked for <Clock at={drill.createdAt} /> by {drill.user}
            {drill.taskId === null ? null : (
              <>
                {' '}
                ·{' '}
                <Link className="link" href={links.task(drill.taskId)}>
                  log
                </Link>
              </>
            )}
          </p>
        </div>
      </header>
      {drill.state === 'refused' ? (
        <Callout state="stopped" title="Refused: nothing was done.">
          {drill.summary}
        </Callout>
      ) : (
        <>
          <DrillCounters drill={drill} />
          <DrillPlot drill={drill} />
        </>
      )}
      <div className="three">
        <WhereItHit deployment={drill.deployment} cluster={drill.cluster} victim={drill.victim} />
        <PodsMoving drill={drill} />
        <AlertsSent drill={drill} />
      </div>
      <LiveWorkloads cluster={drill.cluster} deployment={drill.deployment} victim={drill.victim} />
      <CliLine command={cliTwins.drill(drill.id)} />
      {underWay ? <StopBar drill={drill} /> : null}
    </>
  );
}

function DrillBadge({ drill }: { drill: DrillView }) {
  const { state, word } = shownOf(drill);
  if (drill.state !== 'running' || !drill.injectedAt) return <StateBadge state={state} word={word} />;
  return <RunningBadge word={word} from={drill.injectedAt} />;
}

function RunningBadge({ word, from }: { word: string; from: string }) {
  const ms = Math.max(0, useNow(100) - Date.parse(from));
  return (
    <span className="badge tint" data-state="drill">
      <StateShape state="drill" />
      {word} <span suppressHydrationWarning>· {seconds(ms)} s</span>
    </span>
  );
}
