import type { TimelineItem } from './timeline-items.ts';

/** A stretch of time, ms since 1970. */
export type Stretch = { from: number; to: number };

export const LEAST_SPAN_MS = 10_000;
/** Distances that ticks may have. */
const STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600].map((s) => s * 1000);
const MOST_TICKS = 7;
/** What begins nearer than this share of the axis is drawn as one: a place to press is 24 px wide. */
const NEAR = 0.035;

/** Position on the axis in per cent, clamped to it. */
export const percentOf = (time: number, { from, to }: Stretch): number =>
  Math.max(0, Math.min(100, ((time - from) / (to - from)) * 100));

/** Round times on the axis, at most seven. */
export function ticksOf({ from, to }: Stretch): number[] {
  const span = to - from;
  const step = STEPS_MS.find((candidate) => span / candidate <= MOST_TICKS) ?? span / MOST_TICKS;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, index) => first + index * step);
}

/** Half or double the stretch around `around` (its middle by default), never longer than `whole`, kept inside it. */
export function zoom(view: Stretch, whole: Stretch, factor: number, around = (view.from + view.to) / 2): Stretch {
  const span = Math.min(whole.to - whole.from, Math.max(LEAST_SPAN_MS, (view.to - view.from) * factor));
  const share = (around - view.from) / (view.to - view.from);
  return keptIn({ from: around - span * share, to: around + span * (1 - share) }, whole);
}

/** Moves the stretch by a share of its length, kept inside `whole`. */
export function pan(view: Stretch, whole: Stretch, share: number): Stretch {
  const by = (view.to - view.from) * share;
  return keptIn({ from: view.from + by, to: view.to + by }, whole);
}

function keptIn(view: Stretch, whole: Stretch): Stretch {
  const by = Math.max(0, whole.from - view.from) - Math.max(0, view.to - whole.to);
  return { from: Math.max(whole.from, view.from + by), to: Math.min(whole.to, view.to + by) };
}

export const isIn = (item: Pick<TimelineItem, 'from' | 'to'>, view: Stretch): boolean =>
  item.from <= view.to && (item.to ?? Number.POSITIVE_INFINITY) >= view.from;

/** Items of one lane that would be drawn upon each other; the longest leads. `from` is when the first began. */
export type Bunch = { items: TimelineItem[]; from: number };

/** Groups the items of a lane that begin too near to each other to be told apart, in order of time. */
export function bunchNear(items: readonly TimelineItem[], view: Stretch): Bunch[] {
  const near = (view.to - view.from) * NEAR;
  const groups: TimelineItem[][] = [];
  for (const item of items.toSorted((a, b) => a.from - b.from)) {
    const last = groups.at(-1);
    const first = last?.[0];
    if (last && first && Math.max(item.from, view.from) - Math.max(first.from, view.from) <= near) last.push(item);
    else groups.push([item]);
  }
  return groups.map((group) => ({
    items: group.toSorted((a, b) => lengthOf(b) - lengthOf(a)),
    from: group[0]?.from ?? 0,
  }));
}

const lengthOf = (item: TimelineItem): number => (item.to ?? Number.POSITIVE_INFINITY) - item.from;
