'use client';

import { Fragment } from 'react';
import { StateShape, type UiState } from '#components/ui/state-shape.tsx';
import type { DrillView } from '#model/drill.ts';
import type { MarkView } from '#model/health.ts';
import { AxisTrack } from './axis-track.tsx';
import { seconds } from './drill-words.ts';
import { LANES, type Lane, laneEvents } from './lane-events.ts';
import { placeStyle } from './place-style.ts';
import { type TimeAxis, xOf } from './time-axis.ts';
import { useWidth } from './use-width.ts';

const LANE_SHOWN = {
  injected: { state: 'drill', word: 'Injected' },
  detected: { state: 'attention', word: 'Detected' },
  acting: { state: 'working', word: 'Acting' },
  recovered: { state: 'done', word: 'Recovered' },
} as const satisfies Record<Lane, { state: UiState; word: string }>;

type DrillLanesProps = { drill: DrillView; marks: MarkView[]; axis: TimeAxis; untilMs: number };

/** The four lanes under the strips: what was done to it, when it was seen, what is done about it, what is back. */
export function DrillLanes({ drill, marks, axis, untilMs }: DrillLanesProps) {
  const [box, width] = useWidth<HTMLDivElement>(800);
  const { injectedAt } = drill;
  return (
    <div className="lanebox">
      {LANES.map((lane, index) => (
        <div className="track" key={lane}>
          <span className="badge" data-state={LANE_SHOWN[lane].state}>
            <StateShape state={LANE_SHOWN[lane].state} />
            {LANE_SHOWN[lane].word}
          </span>
          <div className="lane" ref={index === 0 ? box : undefined}>
            {injectedAt ? <LanePoints lane={lane} marks={marks} place={{ axis, injectedAt, width }} /> : null}
            {lane === 'acting' ? <ActingSpan drill={drill} marks={marks} axis={axis} untilMs={untilMs} /> : null}
            {lane === 'recovered' ? <Limit axis={axis} drill={drill} /> : null}
          </div>
          <span className="cap num">{sumOf(lane, drill, marks)}</span>
        </div>
      ))}
      <AxisTrack axis={axis} />
    </div>
  );
}

function LanePoints({
  lane,
  marks,
  place,
}: {
  lane: Lane;
  marks: MarkView[];
  place: { axis: TimeAxis; injectedAt: string; width: number };
}) {
  const { state } = LANE_SHOWN[lane];
  return laneEvents(marks, lane, place).map((event) => (
    <Fragment key={event.id}>
      <span
        className={event.reversed ? 'ev r' : 'ev'}
        style={placeStyle(event.x)}
        data-state={state}
        title={event.text}
      >
        <StateShape state={state} />
        {event.label ?? <span className="sr">{event.text}</span>}
      </span>
    </Fragment>
  ));
}

/** From the first thing done about it until capacity is whole (or now). */
function ActingSpan({ drill, marks, axis, untilMs }: DrillLanesProps) {
  const { injectedAt, times } = drill;
  const [first] = marks.filter((mark) => mark.phase === 'acting').map((mark) => Date.parse(mark.at));
  const began = times.actingMs ?? (first && injectedAt ? first - Date.parse(injectedAt) : null);
  if (began === null) return null;
  const end = times.capacityBackMs ?? untilMs;
  const from = xOf(axis, began);
  return (
    <span
      className="span"
      data-state="working"
      style={placeStyle(from, Math.max(0, xOf(axis, end) - from))}
      aria-hidden="true"
    />
  );
}

/** Left of this there is no room for its words, in per cent. */
const LIMIT_WORDS_FROM = 14;

/** Where capacity must be whole; a thin line ahead of the marker. */
function Limit({ axis, drill }: { axis: TimeAxis; drill: DrillView }) {
  const limit = drill.objectives.capacityBackMs ?? drill.objectives.podsBackMs;
  if (limit === null || limit > axis.to) return null;
  const x = xOf(axis, limit);
  return (
    <span className="ev limit" style={placeStyle(x)}>
      {x > LIMIT_WORDS_FROM ? <span className="desktop-only">limit {seconds(limit)} s</span> : null}
    </span>
  );
}

function sumOf(lane: Lane, drill: DrillView, marks: readonly MarkView[]): string {
  const number = marks.filter((mark) => mark.phase === lane).length;
  if (lane === 'injected') return undoWord(drill);
  if (lane === 'detected') {
    return drill.objectives.detectMs === null ? `${number} seen` : `limit ${seconds(drill.objectives.detectMs)} s`;
  }
  return number === 0 ? '–' : `${number} ${lane === 'acting' ? 'begun' : 'back'}`;
}

function undoWord(drill: DrillView): string {
  if (drill.undone) return 'undone';
  return drill.undoAt ? 'undo armed' : '–';
}
