'use client';

import { useQuery } from '@tanstack/react-query';
import { ChevronLeft, Download, Play, Printer, Square } from 'lucide-react';
import { cliTwins } from '#components/cli-twins.ts';
import { links } from '#components/links.ts';
import { refusalOf } from '#components/live/refusal.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { BrandMark } from '#components/shell/brand-mark.tsx';
import { Button, ButtonLink } from '#components/ui/button.tsx';
import { Callout } from '#components/ui/callout.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { StateShape } from '#components/ui/state-shape.tsx';
import type { DrillReport } from '#model/drill.ts';

import { drillNumber, VERDICT_SHOWN } from './drill-words.ts';
import { PageFault } from './page-fault.tsx';
import { ReportStrips, reportAxis } from './report-strips.tsx';
import { Earlier, FindingsAndTold, Promises, WhatHappened } from './report-tables.tsx';
import { useReplay } from './use-replay.ts';

/** The report of a drill: one page of paper, and the recording behind it. */
export function DrillReportPage({ id }: { id: number }) {
  const trpc = useTRPC();
  const report = useQuery(trpc.drills.report.queryOptions({ id }));
  if (report.data) return <LoadedReport report={report.data} />;
  if (!report.error) return <SkeletonRows rows={10} label={`Reading the report of drill ${id}`} />;
  if (refusalOf(report.error).code === 'not_found') {
    return (
      <>
        <header className="head">
          <h1>Report {drillNumber(id)}</h1>
        </header>
        <Callout state="waiting" title="There is no report yet.">
          <p>{refusalOf(report.error).message}</p>
          <p className="row">
            <ButtonLink href={links.drill(id)}>To the drill</ButtonLink>
          </p>
        </Callout>
      </>
    );
  }
  return (
    <PageFault
      title={`Report ${drillNumber(id)}`}
      what={`The report of drill ${id} could not be read.`}
      error={report.error}
      onRetry={() => void report.refetch()}
    />
  );
}

function LoadedReport({ report }: { report: DrillReport }) {
  const axis = reportAxis(report);
  const replay = useReplay(axis.from, axis.to);
  const { drill } = report;
  return (
    <>
      <nav className="papertools" aria-label="Report">
        <ButtonLink href={links.drill(drill.id)} look="ghost">
          <ChevronLeft className="i" aria-hidden="true" />
          Drill
        </ButtonLink>
        <span className="push" />
        <Button onClick={replay.at === null ? replay.play : replay.stop}>
          {replay.at === null ? <Play className="i" aria-hidden="true" /> : <Square className="i" aria-hidden="true" />}
          {replay.at === null ? 'Replay' : 'Stop replay'}
        </Button>
        <CopyLink />
        <Button onClick={() => download(report)}>
          <Download className="i" aria-hidden="true" />
          JSON
        </Button>
        <Button look="primary" onClick={() => window.print()}>
          <Printer className="i" aria-hidden="true" />
          Print
        </Button>
      </nav>
      <article className="paper" data-theme="light" aria-label={`Report ${drillNumber(drill.id)}`}>
        <header className="row between">
          <p className="row">
            <BrandMark size={18} />
            Tessera
          </p>
          <p className="cap" suppressHydrationWarning>
            Drill report {drillNumber(drill.id)} · {longDate(drill.injectedAt ?? drill.createdAt)}
          </p>
        </header>
        <section className="top2">
          <div>
            <h1>{report.headline}</h1>
            <p className="muted">{report.story}</p>
          </div>
          <Stamp report={report} />
        </section>
        <Promises report={report} />
        <ReportStrips report={report} axis={axis} at={replay.at} />
        <section className="two">
          <WhatHappened report={report} at={replay.at} />
          <Earlier report={report} />
        </section>
        <FindingsAndTold report={report} />
        <footer>
          <p className="row between cap">
            <span>
              Run by {drill.user} on cluster {drill.cluster}
              {drill.reason ? ` · ${drill.reason}` : ''}
            </span>
            <span className="mono" title={`SHA-256 of the report, also in the audit: ${report.digest}`}>
              audit {report.digest.slice(0, 4)}…{report.digest.slice(-4)}
            </span>
          </p>
        </footer>
      </article>
      <div className="papertools">
        <div className="grow">
          <CliLine command={cliTwins.drillReport(drill.id)} />
        </div>
      </div>
    </>
  );
}

function CopyLink() {
  return (
    <span className="desktop-only">
      <CopyButton text={typeof window === 'undefined' ? '' : window.location.href} label="Copy link" />
    </span>
  );
}

function Stamp({ report }: { report: DrillReport }) {
  const { verdict } = report.drill;
  if (!verdict) return <span />;
  const met = report.results.filter((result) => result.met).length;
  const { state } = VERDICT_SHOWN[verdict];
  return (
    <p className="stamp" data-state={state}>
      <StateShape state={state} />
      <b className={verdict.length > 4 ? 'long' : undefined}>{verdict}</b>
      <span>
        {met} of {report.results.length} limits met
      </span>
    </p>
  );
}

/** Day and time in UTC: a report is read elsewhere than where it was made. */
const longDate = (at: string): string =>
  `${new Date(at).toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'medium', timeZone: 'UTC' }).replace(' at ', ', ')} UTC`;

function download(report: DrillReport): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(report, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `tessera-drill-${report.drill.id}.json`;
  link.click();
  URL.revokeObjectURL(url);
}
