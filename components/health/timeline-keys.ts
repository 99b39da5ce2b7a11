import { TIMELINE_LANES, type TimelineItem, type TimelineLane } from './timeline-items.ts';
import { type Bunch, bunchNear, isIn, pan, percentOf, type Stretch, zoom } from './timeline-scale.ts';

/** What is drawn at one place of a lane; `room` beside it in per cent of the axis. */
export type Drawn = { lane: TimelineLane; bunch: Bunch; room: number };

/** Room for a label beside a shape, in per cent of the axis. */
export const LABEL_ROOM = 16;
/** From here on labels stand at the left of their shape. */
export const TURN_AT = 78;

/** What can be drawn in this stretch, in order of time within each lane. */
export function drawnOf(items: readonly TimelineItem[], view: Stretch): Drawn[] {
  const visible = items.filter((item) => isIn(item, view));
  return TIMELINE_LANES.flatMap((lane) => {
    const bunches = bunchNear(
      visible.filter((item) => item.lane === lane),
      view,
    );
    return bunches.map((bunch, index) => {
      const x = percentOf(bunch.from, view);
      const before = index === 0 ? null : percentOf(bunches[index - 1]?.from ?? view.from, view);
      const after = index === bunches.length - 1 ? null : percentOf(bunches[index + 1]?.from ?? view.to, view);
      return { lane, bunch, room: roomOf(x, before, after) };
    });
  });
}

/** Labels stand at the right of their shape, those near the end at its left: between one of each, both share the gap. */
function roomOf(x: number, before: number | null, after: number | null): number {
  if (x > TURN_AT) return before === null || before > TURN_AT ? x - (before ?? 0) : (x - before) / 2;
  return after !== null && after > TURN_AT ? (after - x) / 2 : (after ?? 100) - x;
}

type KeyContext = {
  drawn: Drawn[];
  active: Drawn | undefined;
  view: Stretch;
  whole: Stretch;
  choose: (next: Drawn | undefined) => void;
  change: (next: Stretch) => void;
  showAll: () => void;
};

/** What a key does on the timeline; null for keys that are not its own. */
export function actionOf(key: string, context: KeyContext): (() => void) | null {
  const { drawn, active, view, whole, choose, change } = context;
  const inTime = drawn.toSorted((a, b) => a.bunch.from - b.bunch.from);
  const index = active ? inTime.indexOf(active) : -1;
  const inLane = drawn.filter((each) => each.lane !== active?.lane);
  const nearest = (lanes: Drawn[]) =>
    lanes.toSorted(
      (a, b) => Math.abs(a.bunch.from - (active?.bunch.from ?? 0)) - Math.abs(b.bunch.from - (active?.bunch.from ?? 0)),
    )[0];
  const laneIndex = (lane: TimelineLane | undefined) => (lane ? TIMELINE_LANES.indexOf(lane) : 0);
  const actions = new Map<string, () => void>([
    ['ArrowRight', () => choose(inTime[index + 1])],
    ['ArrowLeft', () => choose(inTime[index - 1])],
    ['ArrowDown', () => choose(nearest(inLane.filter((each) => laneIndex(each.lane) > laneIndex(active?.lane))))],
    ['ArrowUp', () => choose(nearest(inLane.filter((each) => laneIndex(each.lane) < laneIndex(active?.lane))))],
    ['+', () => change(zoom(view, whole, 0.5, active?.bunch.from))],
    ['-', () => change(zoom(view, whole, 2, active?.bunch.from))],
    ['PageUp', () => change(pan(view, whole, -0.5))],
    ['PageDown', () => change(pan(view, whole, 0.5))],
    ['Home', context.showAll],
  ]);
  return actions.get(key) ?? null;
}
