import type { DrillSample, ProbeFigures, ProbeStrip } from '#model/drill.ts';

/** Questions are due this far apart, ms. */
export const ASKED_EVERY_MS = 100;
/** Half of what the strictest limit allows. */
const TOLERATED_HOLE_MS = 500;

/** Times from the injection, ms; `isGood` false for a wrong or late answer and for a question that was never asked. */
type Slot = { at: number; isGood: boolean };

/**
 * What users could feel, from the injection to `endMs` after it. Outage = injection → last question without a right answer; a question that
 * was due and never asked is no right answer (but see missingSlots). Pure.
 */
export function figuresOf(strip: ProbeStrip, endMs: number): ProbeFigures {
  const within = strip.samples.filter((sample) => isWithin(sample, endMs)).toSorted((one, other) => one.at - other.at);
  const missing = missingSlots(within, endMs);
  const slots = [...within.map(({ at, result }) => ({ at, isGood: result !== 'fail' })), ...missing].toSorted(
    (one, other) => one.at - other.at,
  );
  const lastBad = slots.findLast((slot) => !slot.isGood);
  return {
    probe: strip.probe.id,
    name: strip.probe.name,
    total: within.length,
    failed: within.filter((sample) => sample.result === 'fail').length,
    missing: missing.length,
    outageMs: lastBad ? Math.max(0, Math.round(lastBad.at + ASKED_EVERY_MS)) : 0,
    longestGapMs: longestGap(slots, endMs),
  };
}

/** A request that was under way at the injection counts if the fault made it fail. */
const isWithin = ({ at, ms, result }: DrillSample, endMs: number): boolean =>
  at <= endMs && (at >= 0 || (result === 'fail' && at + ms >= 0));

/**
 * Moments at which a question was due and nobody asked. A short hole between two right answers is a busy machine; a long one, or one beside a
 * failure, hides what happened and is no right answer.
 */
function missingSlots(samples: DrillSample[], endMs: number): Slot[] {
  const asked = samples.filter((sample) => sample.at >= 0).map(({ at, result }) => ({ at, isGood: result !== 'fail' }));
  const ends = [{ at: -ASKED_EVERY_MS, isGood: true }, ...asked, { at: endMs, isGood: true }];
  return ends.slice(1).flatMap((after, index) => {
    const before = ends[index] ?? after;
    const count = Math.max(0, Math.round((after.at - before.at) / ASKED_EVERY_MS) - 1);
    // the first and the last interval hold a part of one
    const isEdge = index === 0 || index === ends.length - 2;
    const missed = isEdge ? Math.max(0, count - 1) : count;
    const isGood = missed * ASKED_EVERY_MS < TOLERATED_HOLE_MS && before.isGood && after.isGood;
    return Array.from({ length: missed }, (_, nth) => ({ at: before.at + (nth + 1) * ASKED_EVERY_MS, isGood }));
  });
}

/** From the first question without a right answer to the next right one. */
function longestGap(slots: Slot[], endMs: number): number {
  let longest = 0;
  let began: number | null = null;
  for (const slot of [...slots, { at: endMs, isGood: true }]) {
    if (!slot.isGood) began ??= slot.at;
    if (slot.isGood && began !== null) {
      longest = Math.max(longest, slot.at - began);
      began = null;
    }
  }
  return Math.round(longest);
}
