import type { MarkPhase, MarkView } from '#model/health.ts';
import { milliseconds } from './drill-words.ts';
import { type TimeAxis, xOf } from './time-axis.ts';

export const LANES = ['injected', 'detected', 'acting', 'recovered'] as const satisfies readonly MarkPhase[];
export type Lane = (typeof LANES)[number];

/** One point of a lane. `label` is null where no room is left for words; they are in its tooltip and in the list of events. */
export type LaneEvent = { id: number; ms: number; x: number; text: string; label: string | null; reversed: boolean };

/** Width of a letter at 12 px, and of shape and gaps, in px. */
const LETTER = 6.4;
const SHAPE = 30;

export const offsetOf = (mark: Pick<MarkView, 'at'>, injectedAt: string): number =>
  Date.parse(mark.at) - Date.parse(injectedAt);

/** Places the points of one lane from left to right; words are shown where `width` px leave room for them. */
export function laneEvents(
  marks: readonly MarkView[],
  phase: Lane,
  place: { axis: TimeAxis; injectedAt: string; width: number },
): LaneEvent[] {
  const points = marks
    .filter((mark) => mark.phase === phase)
    .map((mark) => ({ mark, ms: offsetOf(mark, place.injectedAt) }))
    .toSorted((a, b) => a.ms - b.ms);
  let taken = 0;
  return points.map(({ mark, ms }, index) => {
    const x = xOf(place.axis, ms);
    const at = (x / 100) * place.width;
    const next = points[index + 1];
    const until = next ? (xOf(place.axis, next.ms) / 100) * place.width : place.width;
    const text = `${mark.title} · ${milliseconds(ms)}`;
    const need = SHAPE + text.length * LETTER;
    const fitsRight = at + need <= until && at >= taken - 6;
    const fitsLeft = !fitsRight && !next && at - need >= taken;
    taken = fitsRight ? at + need : Math.max(taken, at + 14);
    return { id: mark.id, ms, x, text, label: fitsRight || fitsLeft ? text : null, reversed: fitsLeft };
  });
}
