'use client';

import { useQuery } from '@tanstack/react-query';
import { Zap } from 'lucide-react';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { cliTwins } from '#components/cli-twins.ts';
import { links } from '#components/links.ts';
import { useTRPC } from '#components/live/trpc.ts';
import { StateBadge } from '#components/ui/badge.tsx';
import { ButtonLink } from '#components/ui/button.tsx';
import { CliLine } from '#components/ui/cli-line.tsx';
import { Empty } from '#components/ui/empty.tsx';
import { ErrorView } from '#components/ui/error-view.tsx';
import { count } from '#components/ui/format-time.ts';
import { Link } from '#components/ui/link.tsx';
import { SkeletonRows } from '#components/ui/skeleton.tsx';
import { StateShape } from '#components/ui/state-shape.tsx';
import { TableBox } from '#components/ui/table-box.tsx';
import { Ago } from '#components/ui/time.tsx';
import type { DrillView } from '#model/drill.ts';
import { CoverageMatrix } from './coverage-matrix.tsx';
import { DRILLS_READ } from './drill-limits.ts';

import { drillNumber, isUnderWay, KIND_WORDS, LAYER_WORDS, seconds, shownOf, victimName } from './drill-words.ts';
import { PageFault } from './page-fault.tsx';

/** All drills, newest first, and what they cover. */
export function DrillList() {
  const trpc = useTRPC();
  const wanted = useSearchParams().get('cluster');
  const drills = useQuery(trpc.drills.list.queryOptions({ limit: DRILLS_READ }));
  const clusters = useQuery(trpc.clusters.list.queryOptions());
  if (!drills.data) {
    return drills.error ? (
      <PageFault
        title="Drills"
        what="The drills could not be read."
        error={drills.error}
        onRetry={() => void drills.refetch()}
      />
    ) : (
      <SkeletonRows rows={6} label="Reading drills" />
    );
  }
  const names = (clusters.data ?? []).map((cluster) => cluster.name).toSorted();
  const shown = drills.data.filter((drill) => wanted === null || drill.cluster === wanted);
  return (
    <>
      <header className="head">
        <div>
          <h1>Drills</h1>
          <p>{sumOf(drills.data)}</p>
        </div>
        <div className="actions">
          {names.length > 0 ? (
            <>
              <ButtonLink href={links.walkThrough(wanted ?? undefined)}>HA walk-through</ButtonLink>
              <ButtonLink href={links.newDrill(wanted ?? undefined)} look="primary">
                <Zap className="i" aria-hidden="true" />
                Run a drill
              </ButtonLink>
            </>
          ) : null}
        </div>
      </header>
      {clusters.error ? (
        <ErrorView what="The list of clusters could not be read; coverage is missing." error={clusters.error} />
      ) : null}
      {clusters.data && names.length === 0 ? <NoCluster /> : null}
      {names.length > 0 ? <CoverageMatrix clusters={wanted === null ? names : [wanted]} drills={drills.data} /> : null}
      {names.length > 0 || drills.data.length > 0 ? (
        <section className="card" aria-label="History">
          <header>
            <h2 className="grow">History</h2>
            <ClusterFilter names={names} wanted={wanted} />
          </header>
          {shown.length === 0 ? (
            <Empty
              sentence="No drill has run here yet. The first takes three clicks; it is undone by itself."
              action={<ButtonLink href={links.newDrill(wanted ?? undefined)}>Run a drill</ButtonLink>}
              cli={cliTwins.runDrill({ kind: 'delete-pod', cluster: wanted ?? names[0] ?? 'CLUSTER' })}
            />
          ) : (
            <>
              <History drills={shown} />
              <footer className="cap">{count(shown.length, 'drill')}, newest first</footer>
            </>
          )}
        </section>
      ) : null}
      <CliLine command={cliTwins.drills()} />
    </>
  );
}

function NoCluster() {
  return (
    <section className="card">
      <Empty
        sentence="A drill needs a cluster. Create one from a plan; it takes about a minute."
        action={<ButtonLink href={links.createCluster()}>Create cluster</ButtonLink>}
        cli={cliTwins.clusters()}
      />
    </section>
  );
}

function ClusterFilter({ names, wanted }: { names: readonly string[]; wanted: string | null }) {
  const router = useRouter();
  const pathname = usePathname();
  return (
    <label className="row cap">
      Cluster
      <select
        className="input"
        value={wanted ?? ''}
        onChange={(event) =>
          router.replace(
            event.target.value === '' ? pathname : `${pathname}?cluster=${encodeURIComponent(event.target.value)}`,
          )
        }
      >
        <option value="">All</option>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

function History({ drills }: { drills: readonly DrillView[] }) {
  return (
    <>
      <div className="desktop-only">
        <TableBox label="Drills">
          <table className="table">
            <thead>
              <tr>
                <th>Drill</th>
                <th>Verdict</th>
                <th>Layer</th>
                <th>Cluster</th>
                <th>Victim</th>
                <th className="num">Detected</th>
                <th className="num">Pods back</th>
                <th className="num">Capacity</th>
                <th>By</th>
                <th>When</th>
              </tr>
            </thead>
            <tbody>
              {drills.map((drill) => (
                <HistoryRow key={drill.id} drill={drill} />
              ))}
            </tbody>
          </table>
        </TableBox>
      </div>
      <ul className="list phone-only">
        {drills.map((drill) => (
          <HistoryItem key={drill.id} drill={drill} />
        ))}
      </ul>
    </>
  );
}

/** The report once there is one, else the run. */
const hrefOf = (drill: DrillView): string =>
  drill.state === 'ended' ? links.drillReport(drill.id) : links.drill(drill.id);

function HistoryRow({ drill }: { drill: DrillView }) {
  const { state, word } = shownOf(drill);
  const { detectedMs, podsBackMs, capacityBackMs } = drill.times;
  return (
    <tr>
      <td>
        <Link className="link" href={links.drill(drill.id)} title={drillNumber(drill.id)}>
          {KIND_WORDS[drill.kind].title}
        </Link>
      </td>
      <td>
        {drill.state === 'ended' ? (
          <Link href={hrefOf(drill)}>
            <StateBadge state={state} word={word} plain />
            <span className="sr">: report</span>
          </Link>
        ) : (
          <StateBadge state={state} word={word} plain={!isUnderWay(drill)} />
        )}
      </td>
      <td>{LAYER_WORDS[drill.layer]}</td>
      <td>{drill.cluster}</td>
      <td className="clip" title={victimName(drill.victim)}>
        {victimName(drill.victim)}
      </td>
      {[detectedMs, podsBackMs, capacityBackMs].map((ms, column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: three fixed columns
        <td key={column} className="num">
          {ms === null ? '–' : `${seconds(ms)} s`}
        </td>
      ))}
      <td>{drill.user}</td>
      <td>
        <Ago at={drill.createdAt} />
      </td>
    </tr>
  );
}

function HistoryItem({ drill }: { drill: DrillView }) {
  const { state, word } = shownOf(drill);
  return (
    <li data-state={state}>
      <StateShape state={state} />
      <Link href={hrefOf(drill)}>
        <strong>{KIND_WORDS[drill.kind].title}</strong> on {drill.cluster}
      </Link>
      <span className="cap">
        <Ago at={drill.createdAt} />
      </span>
      <small>
        {word} · {victimName(drill.victim)}
        {drill.times.detectedMs === null ? '' : ` · seen after ${seconds(drill.times.detectedMs)} s`}
      </small>
    </li>
  );
}

function sumOf(drills: readonly DrillView[]): string {
  const running = drills.filter(isUnderWay);
  if (running.length > 0)
    return `${running.map((drill) => `${KIND_WORDS[drill.kind].title} on ${drill.cluster}`).join(', ')}: running now`;
  const judged = drills.filter((drill) => drill.verdict !== null && drill.verdict !== 'STOPPED');
  if (judged.length === 0) return 'Prove that a cluster survives what will happen to it one day.';
  const passed = judged.filter((drill) => drill.verdict === 'PASS').length;
  return `${passed} of ${count(judged.length, 'drill')} passed`;
}
