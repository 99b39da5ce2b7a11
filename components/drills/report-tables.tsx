import { percentStyle } from '#components/ui/percent-style.ts';
import { StateShape } from '#components/ui/state-shape.tsx';
import { Day } from '#components/ui/time.tsx';
import type { DrillReport, DrillTimes, ObjectiveResult } from '#model/drill.ts';
import type { MarkPhase } from '#model/health.ts';
import { milliseconds, seconds } from './drill-words.ts';
import { offsetOf } from './lane-events.ts';

/** What fits on one page beside the rest. */
const EVENTS_MAX = 9;
const EARLIER_MAX = 4;
const FINDINGS_MAX = 3;
const TOLD_MAX = 3;

/** Number and limit side by side, and how much of the limit was used. */
export function Promises({ report }: { report: DrillReport }) {
  return (
    <section>
      <h2>Measured against what was promised</h2>
      {report.results.length === 0 ? (
        <p className="muted">No limit was set: nothing is judged.</p>
      ) : (
        <table className="table rep">
          <thead>
            <tr>
              <th>Promise</th>
              <th className="num">Limit</th>
              <th className="num">Measured</th>
              <th className="share">Share of the limit used</th>
              <th>Verdict</th>
            </tr>
          </thead>
          <tbody>
            {report.results.map((result) => (
              <PromiseRow key={result.objective} result={result} writes={report.writes} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

const unmeasured = ({ unit }: ObjectiveResult): string => (unit === 'writes' ? 'not known' : 'not seen');

const checkedWrites = ({ acknowledged, lost }: DrillReport['writes']): string =>
  lost === null ? `${acknowledged} writes could not be read back` : `checked ${acknowledged} writes`;

function PromiseRow({ result, writes }: { result: ObjectiveResult; writes: DrillReport['writes'] }) {
  const state = result.met ? 'running' : 'failed';
  const share = result.measured !== null && result.limit > 0 ? (result.measured / result.limit) * 100 : null;
  return (
    <tr>
      <td>{result.promise}</td>
      <td className="num">{shown(result, result.limit)}</td>
      <td className="num">
        <b>{result.measured === null ? unmeasured(result) : shown(result, result.measured)}</b>
      </td>
      <td className="share">
        {result.unit === 'writes' ? <span className="cap">{checkedWrites(writes)}</span> : null}
        {result.unit === 'ms' && share !== null ? (
          <>
            <span className="meter" data-state={result.met ? undefined : 'failed'} aria-hidden="true">
              <i style={percentStyle(share)} />
            </span>
            {Math.round(share)} %
          </>
        ) : null}
      </td>
      <td>
        <span className="badge" data-state={state}>
          <StateShape state={state} />
          {result.met ? 'Pass' : 'Fail'}
        </span>
      </td>
    </tr>
  );
}

const shown = (result: ObjectiveResult, value: number): string =>
  result.unit === 'writes' ? String(value) : `${seconds(value)} s`;

const RANK = { injected: 0, detected: 1, recovered: 2, acting: 3, note: 4 } as const satisfies Record<
  MarkPhase,
  number
>;

/** The story in steps; when there are too many, notes go first. */
export function WhatHappened({ report, at }: { report: DrillReport; at: number | null }) {
  const { injectedAt } = report.drill;
  if (!injectedAt) return null;
  const kept = report.marks
    .toSorted((a, b) => RANK[a.phase] - RANK[b.phase])
    .slice(0, EVENTS_MAX)
    .map((mark) => ({ id: mark.id, title: mark.title, ms: offsetOf(mark, injectedAt) }))
    .toSorted((a, b) => a.ms - b.ms);
  const left = report.marks.length - kept.length;
  return (
    <div>
      <h2>What happened</h2>
      <ol className="events">
        {kept.map((event) => (
          <li key={event.id} className={at !== null && event.ms > at ? 'later' : undefined}>
            <time>{milliseconds(event.ms)}</time>
            {event.title}
          </li>
        ))}
      </ol>
      {kept.length === 0 ? <p className="muted">Nothing was seen.</p> : null}
      {left > 0 ? <p className="cap">{left} more in the JSON</p> : null}
    </div>
  );
}

/** This drill above the earlier ones of its kind. */
export function Earlier({ report }: { report: DrillReport }) {
  return (
    <div>
      <h2>Compared with earlier drills</h2>
      <table className="table rep">
        <thead>
          <tr>
            <th>Date</th>
            <th className="num">Noticed</th>
            <th className="num">Moved</th>
            <th className="num">Whole</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <td>
              <b>
                <Day at={report.drill.createdAt} />
              </b>
            </td>
            <Times times={report.drill.times} bold />
          </tr>
          {report.earlier.slice(0, EARLIER_MAX).map((earlier) => (
            <tr key={earlier.id}>
              <td>
                <Day at={earlier.at} />
              </td>
              <Times times={earlier.times} />
            </tr>
          ))}
        </tbody>
      </table>
      {report.earlier.length === 0 ? <p className="cap">The first of its kind on this cluster.</p> : null}
    </div>
  );
}

function Times({ times, bold = false }: { times: DrillTimes; bold?: boolean }) {
  return [times.detectedMs, times.podsBackMs, times.capacityBackMs].map((ms, column) => {
    const text = ms === null ? '–' : `${seconds(ms)} s`;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: three fixed columns
      <td key={column} className="num">
        {bold ? <b>{text}</b> : text}
      </td>
    );
  });
}

/** What to do about it, and who was told meanwhile. */
export function FindingsAndTold({ report }: { report: DrillReport }) {
  return (
    <section className="two">
      <div>
        <h2>To improve</h2>
        {report.findings.length === 0 ? <p className="muted">Nothing was found.</p> : null}
        <ul className="finding">
          {report.findings.slice(0, FINDINGS_MAX).map((finding) => (
            <li key={finding}>
              <span className="badge" data-state="attention">
                <StateShape state="attention" />
                Finding
              </span>
              <span>{finding}</span>
            </li>
          ))}
        </ul>
      </div>
      <div>
        <h2>Who was told</h2>
        {report.alerts.length === 0 ? <p className="muted">No channel took an alert.</p> : null}
        <ul className="finding told">
          {report.alerts.slice(0, TOLD_MAX).map((alert) => (
            <li key={`${alert.channel} ${alert.title} ${alert.afterMs}`}>
              <span className="clip" title={alert.channel}>
                {alert.channel}
              </span>
              <span className="clip" title={alert.title}>
                {alert.state}
                {alert.afterMs === null ? '' : ` after ${seconds(alert.afterMs)} s`} · {alert.title}
              </span>
            </li>
          ))}
        </ul>
        {report.alerts.length > TOLD_MAX ? (
          <p className="cap">{report.alerts.length - TOLD_MAX} more in the JSON</p>
        ) : null}
      </div>
    </section>
  );
}
