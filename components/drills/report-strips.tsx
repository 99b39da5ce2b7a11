import { StateShape, type UiState } from '#components/ui/state-shape.tsx';
import type { DrillReport, DrillTimes, ProbeStrip } from '#model/drill.ts';
import { AxisTrack } from './axis-track.tsx';
import { seconds } from './drill-words.ts';
import { placeStyle } from './place-style.ts';
import { figuresOf } from './strip-figures.ts';
import { Strip } from './strip-track.tsx';
import { axisFor, type TimeAxis, xOf } from './time-axis.ts';

/** More do not fit on one page. */
const STRIPS_MAX = 6;

/** Axis of a recorded drill: from its first sample to its last. */
export function reportAxis({ strips, drill }: DrillReport): TimeAxis {
  const ats = strips.flatMap(({ samples }) => [samples[0]?.at ?? 0, samples.at(-1)?.at ?? 0]);
  const moments = Object.values(drill.times).flatMap((ms) => (ms === null ? [] : [ms]));
  return axisFor({ firstMs: Math.min(0, ...ats), untilMs: Math.max(0, ...ats, ...moments), limitsMs: [] });
}

/** What users could feel; `at` = play only so far. */
export function ReportStrips({ report, axis, at }: { report: DrillReport; axis: TimeAxis; at: number | null }) {
  return (
    <section>
      <h2>
        What users could feel{' '}
        <span className="cap">ten probes a second; a tall line is an answer, half is slow, a gap is a failure</span>
      </h2>
      <div className="repstrips">
        {at === null ? null : (
          <div className="nowline" aria-hidden="true">
            <div className="now" style={placeStyle(xOf(axis, at))} />
          </div>
        )}
        {report.strips.slice(0, STRIPS_MAX).map((strip) => (
          <ReportTrack key={strip.probe.id} strip={strip} axis={axis} at={at} />
        ))}
        {report.strips.length === 0 ? <p className="muted">This drill ran without probes.</p> : null}
        <div className="track">
          <span className="muted">Events</span>
          <div className="lane">
            {momentsOf(report.drill.times)
              .filter((moment) => at === null || moment.ms <= at)
              .map((moment, index, shown) => (
                <span
                  key={moment.word}
                  className="ev"
                  style={placeStyle(xOf(axis, moment.ms))}
                  data-state={moment.state}
                >
                  <StateShape state={moment.state} />
                  {hasRoom(shown, index, axis) ? moment.word : <span className="sr">{moment.word}</span>}
                </span>
              ))}
          </div>
          <span />
        </div>
        <AxisTrack axis={axis} />
      </div>
    </section>
  );
}

function ReportTrack({ strip, axis, at }: { strip: ProbeStrip; axis: TimeAxis; at: number | null }) {
  const played = at === null ? strip : { ...strip, samples: strip.samples.filter((sample) => sample.at <= at) };
  const { failed, longestGapMs } = figuresOf(played);
  return (
    <div className="track">
      <span title={strip.probe.target}>{strip.probe.name}</span>
      <Strip strip={played} axis={axis} height={24} />
      <b className="num">{failed === 0 ? 'no gap' : `${seconds(longestGapMs)} s`}</b>
    </div>
  );
}

/** A word needs this share of the axis, in per cent; where the next comes sooner the shape stands alone. */
const WORD_PERCENT = 14;

function hasRoom(moments: readonly Moment[], index: number, axis: TimeAxis): boolean {
  const [moment, next] = [moments[index], moments[index + 1]];
  return !moment || !next || xOf(axis, next.ms) - xOf(axis, moment.ms) >= WORD_PERCENT;
}

type Moment = { ms: number; word: string; state: UiState };

function momentsOf(times: DrillTimes): Moment[] {
  const all: { ms: number | null; word: string; state: UiState }[] = [
    { ms: 0, word: 'injected', state: 'drill' },
    { ms: times.detectedMs, word: 'noticed', state: 'attention' },
    { ms: times.podsBackMs, word: 'work moved', state: 'done' },
    { ms: times.capacityBackMs, word: 'whole', state: 'done' },
  ];
  return all
    .flatMap(({ ms, word, state }) => (ms === null ? [] : [{ ms, word, state }]))
    .toSorted((a, b) => a.ms - b.ms);
}
