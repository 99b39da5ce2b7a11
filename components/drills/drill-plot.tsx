'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTRPC } from '#components/live/trpc.ts';
import { ErrorView } from '#components/ui/error-view.tsx';
import { useNow } from '#components/ui/now.ts';
import type { DrillView, ProbeStrip } from '#model/drill.ts';
import type { MarkView } from '#model/health.ts';
import { DrillLanes } from './drill-lanes.tsx';
import { isUnderWay, milliseconds, seconds } from './drill-words.ts';
import { offsetOf } from './lane-events.ts';
import { placeStyle } from './place-style.ts';
import { outageObjective } from './strip-figures.ts';
import { StripTrack } from './strip-track.tsx';
import { axisFor, type TimeAxis, xOf } from './time-axis.ts';
import { useDrillStrips } from './use-drill-strips.ts';

const NO_STRIPS: ProbeStrip[] = [];
const NO_MARKS: MarkView[] = [];

/** Availability and the four lanes on one time axis, with the present moment marked. */
export function DrillPlot({ drill }: { drill: DrillView }) {
  const trpc = useTRPC();
  const strips = useDrillStrips(drill);
  const marks = useQuery(trpc.drills.marks.queryOptions({ id: drill.id }));
  const known = strips.data ?? NO_STRIPS;
  const points = marks.data ?? NO_MARKS;
  const untilMs = Math.max(lastMoment(drill, known, points), useElapsed(drill));
  const axis = useSteadyAxis(drill, known, untilMs);
  return (
    <section className="card dr" aria-labelledby="availability">
      <header>
        <h2 id="availability">Availability</h2>
        <span className="cap">10 probes a second · tall answered, half slow, gap with foot mark failed</span>
      </header>
      {strips.error ? <ErrorView what="The samples could not be read." error={strips.error} /> : null}
      <div className="pad plot">
        {drill.injectedAt ? (
          <div className="nowline" aria-hidden="true">
            <div className="inj" style={placeStyle(xOf(axis, 0))} />
            {isUnderWay(drill) ? <NowMarker axis={axis} injectedAt={drill.injectedAt} leastMs={untilMs} /> : null}
          </div>
        ) : null}
        {known.map((strip) => (
          <StripTrack key={strip.probe.id} strip={strip} axis={axis} limitMs={limitOf(drill, strip)} />
        ))}
        {known.length === 0 ? (
          <p className="muted">{strips.data ? 'This drill runs without probes.' : 'The probes are being started.'}</p>
        ) : null}
        {marks.error ? <ErrorView what="The events could not be read." error={marks.error} /> : null}
        <DrillLanes drill={drill} marks={points} axis={axis} untilMs={untilMs} />
        {drill.injectedAt && points.length > 0 ? <EventList injectedAt={drill.injectedAt} marks={points} /> : null}
      </div>
    </section>
  );
}

function limitOf(drill: DrillView, { probe }: ProbeStrip): number | null {
  const objective = outageObjective(probe);
  return objective === null ? null : drill.objectives[objective];
}

/** The present moment; the only part that is drawn ten times a second. */
function NowMarker({ axis, injectedAt, leastMs }: { axis: TimeAxis; injectedAt: string; leastMs: number }) {
  const ms = Math.max(leastMs, useNow(100) - Date.parse(injectedAt));
  return (
    <div className="now" style={placeStyle(xOf(axis, ms))} suppressHydrationWarning>
      <span suppressHydrationWarning>{seconds(ms)} s</span>
    </div>
  );
}

/** Everything on the lanes in words, also for those who do not see them. */
function EventList({ injectedAt, marks }: { injectedAt: string; marks: MarkView[] }) {
  return (
    <details className="events">
      <summary>{marks.length} events in words</summary>
      <ol>
        {marks.map((mark) => (
          <li key={mark.id}>
            <time dateTime={mark.at}>{milliseconds(offsetOf(mark, injectedAt))}</time>
            <span>
              {mark.title} <span className="cap">{mark.phase}</span>
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}

function lastMoment(drill: DrillView, strips: readonly ProbeStrip[], marks: readonly MarkView[]): number {
  const { injectedAt } = drill;
  const samples = strips.map((strip) => strip.samples.at(-1)?.at ?? 0);
  const points = injectedAt ? marks.map((mark) => offsetOf(mark, injectedAt)) : [];
  return Math.max(0, ...samples, ...points);
}

/** Whole seconds since the injection while it is under way: the axis grows with them also when no probe answers. */
function useElapsed(drill: DrillView): number {
  const now = useNow(1000);
  return drill.injectedAt && isUnderWay(drill) ? now - Date.parse(drill.injectedAt) : 0;
}

/** The axis is the same object until it must grow, so that strips without news are not drawn again. */
function useSteadyAxis(drill: DrillView, strips: readonly ProbeStrip[], untilMs: number): TimeAxis {
  const { objectives } = drill;
  const firstMs = Math.min(0, ...strips.map((strip) => strip.samples[0]?.at ?? 0));
  const limits = [objectives.detectMs, objectives.podsBackMs, objectives.capacityBackMs];
  const axis = axisFor({ firstMs, untilMs, limitsMs: limits.flatMap((limit) => (limit === null ? [] : [limit])) });
  const { from, to } = axis;
  return useMemo(() => ({ from, to }), [from, to]);
}
