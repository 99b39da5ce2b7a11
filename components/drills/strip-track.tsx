import { memo } from 'react';
import type { ProbeStrip } from '#model/drill.ts';
import { seconds } from './drill-words.ts';
import { stripPaths } from './strip-columns.ts';
import { figuresOf } from './strip-figures.ts';
import type { TimeAxis } from './time-axis.ts';

type StripTrackProps = { strip: ProbeStrip; axis: TimeAxis; limitMs: number | null };

/** One probe: its name, its strip, its longest gap. Drawn again only when its samples or the axis changed. */
export const StripTrack = memo(function StripTrack({ strip, axis, limitMs }: StripTrackProps) {
  const figures = figuresOf(strip);
  const over = limitMs !== null && figures.outageMs > limitMs;
  return (
    <div className="track strip">
      <div className="clip">
        <strong title={strip.probe.name}>{strip.probe.name}</strong>
        <small className="cap clip" title={strip.probe.target}>
          {strip.probe.target}
        </small>
      </div>
      <Strip strip={strip} axis={axis} height={28} />
      <div className="gap" data-state={over ? 'attention' : 'running'}>
        <b>{seconds(figures.longestGapMs)} s</b>
        <small className="cap">{figures.failed} failed</small>
        <span className="sr">
          longest gap; {figures.total} requests{over ? ', over its limit' : ''}
        </span>
      </div>
    </div>
  );
});

/** The columns alone; paper draws them 24 px high. */
export function Strip({ strip, axis, height }: { strip: ProbeStrip; axis: TimeAxis; height: 24 | 28 }) {
  const paths = stripPaths(strip.samples, axis, height);
  return (
    <svg className="t" viewBox={`0 0 1000 ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <path className="base" d={`M${paths.end.toFixed(1)} ${height - 3.5}H1000`} />
      <path className="ok" d={paths.ok} strokeWidth={paths.width} />
      <path className="slow" d={paths.slow} strokeWidth={paths.width} />
      <path className="fail" d={paths.fail} strokeWidth={paths.width} />
    </svg>
  );
}
