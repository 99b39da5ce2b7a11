'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '#components/live/trpc.ts';
import { useNow } from '#components/ui/now.ts';
import { StateShape, type UiState } from '#components/ui/state-shape.tsx';
import type { DrillReport, DrillView, Objectives, ProbeStrip } from '#model/drill.ts';
import { isUnderWay, seconds } from './drill-words.ts';
import { figuresOf, worstOutage } from './strip-figures.ts';
import { useDrillStrips } from './use-drill-strips.ts';

/** Measured against the limits, from afar: what has happened stands still, what is awaited counts. */
export function DrillCounters({ drill }: { drill: DrillView }) {
  const strips = useDrillStrips(drill).data ?? [];
  const { times, objectives } = drill;
  return (
    <section className="card" aria-label="Against the limits">
      <div className="counters eight">
        <Reached name="Detected" ms={times.detectedMs} limit={objectives.detectMs} drill={drill} />
        <Reached name="Pods back" ms={times.podsBackMs} limit={objectives.podsBackMs} drill={drill} />
        <Reached name="Capacity back" ms={times.capacityBackMs} limit={objectives.capacityBackMs} drill={drill} />
        <Outage name="API reads away" objective="apiReadOutageMs" strips={strips} drill={drill} />
        <Outage name="API writes away" objective="apiWriteOutageMs" strips={strips} drill={drill} />
        <Outage name="Services with copies" objective="serviceOutageMs" strips={strips} drill={drill} />
        <FailedRequests strips={strips} />
        <WritesLost drill={drill} />
      </div>
    </section>
  );
}

/** A moment of recovery: counts until it is there. Nothing is shown for what is neither limited nor measured. */
function Reached({
  name,
  ms,
  limit,
  drill,
}: {
  name: string;
  ms: number | null;
  limit: number | null;
  drill: DrillView;
}) {
  if (ms === null && limit === null) return null;
  return (
    <div>
      <span className="cap">{name}</span>
      {ms === null && drill.injectedAt && isUnderWay(drill) ? (
        <Counting from={drill.injectedAt} />
      ) : (
        <b>
          {ms === null ? '–' : seconds(ms)}
          {ms === null ? null : <small>s</small>}
        </b>
      )}
      <LimitBadge measured={ms} limit={limit} drill={drill} />
    </div>
  );
}

function Counting({ from }: { from: string }) {
  const ms = Math.max(0, useNow(100) - Date.parse(from));
  return (
    <b className="muted" suppressHydrationWarning>
      {seconds(ms)}
      <small>s …</small>
    </b>
  );
}

function Outage({
  name,
  objective,
  strips,
  drill,
}: {
  name: string;
  objective: keyof Objectives;
  strips: readonly ProbeStrip[];
  drill: DrillView;
}) {
  const worst = worstOutage(strips, objective);
  if (worst === null) return null;
  return (
    <div>
      <span className="cap">{name}</span>
      <b>
        {worst === 0 ? '0' : seconds(worst)}
        <small>s</small>
      </b>
      <LimitBadge measured={worst} limit={drill.objectives[objective]} drill={drill} />
    </div>
  );
}

function FailedRequests({ strips }: { strips: readonly ProbeStrip[] }) {
  const figures = strips.map(figuresOf);
  const total = figures.reduce((sum, each) => sum + each.total, 0);
  const failed = figures.reduce((sum, each) => sum + each.failed, 0);
  const worst = figures.toSorted((a, b) => b.failed - a.failed)[0];
  return (
    <div>
      <span className="cap">Failed requests</span>
      <b>
        {failed}
        <small>of {total}</small>
      </b>
      <span className="cap clip">
        {worst && worst.failed > 0 && worst.failed < failed
          ? `${worst.failed} on ${worst.name}`
          : 'since the injection'}
      </span>
    </div>
  );
}

/** Acknowledged writes are counted over at the end; before that nobody can say. */
function WritesLost({ drill }: { drill: DrillView }) {
  const trpc = useTRPC();
  const ended = drill.state === 'ended';
  const report = useQuery({ ...trpc.drills.report.queryOptions({ id: drill.id }), enabled: ended });
  const limit = drill.objectives.writesLost;
  if (limit === null) return null;
  const writes: DrillReport['writes'] | null = report.data?.writes ?? null;
  return (
    <div>
      <span className="cap">Writes lost</span>
      <b>
        {writes?.lost ?? '–'}
        {writes ? <small>of {writes.acknowledged}</small> : null}
      </b>
      {writes?.lost == null ? (
        <span className="cap">{writes ? 'not known' : 'counted at the end'}</span>
      ) : (
        <LimitBadge measured={writes.lost} limit={limit} drill={drill} unit="" />
      )}
    </div>
  );
}

/** The number beside its yardstick; a limit that is passed shows at once. */
function LimitBadge({
  measured,
  limit,
  drill,
  unit = ' s',
}: {
  measured: number | null;
  limit: number | null;
  drill: DrillView;
  unit?: string;
}) {
  if (limit === null) return <span className="cap">no limit set</span>;
  const state = limitState(measured, limit, drill);
  return (
    <span className="badge" data-state={state}>
      <StateShape state={state} />
      limit {unit === '' ? limit : seconds(limit)}
      {unit}
      <span className="sr">{LIMIT_WORDS[state]}</span>
    </span>
  );
}

const LIMIT_WORDS: Partial<Record<UiState, string>> = { running: 'met', failed: 'missed', working: 'awaited' };

function limitState(measured: number | null, limit: number, drill: DrillView): 'running' | 'failed' | 'working' {
  if (measured !== null) return measured <= limit ? 'running' : 'failed';
  return isUnderWay(drill) ? 'working' : 'failed';
}
