/** One time axis in ms from the injection; strips and lanes share it. */
export type TimeAxis = { from: number; to: number };

const STEPS_MS = [1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000] as const;
/** Shown before the injection, so that one sees what was normal. */
const BEFORE_MS = 2000;
const LEAST_MS = 10_000;

/** Axis that holds all samples, the limits, and some room ahead of `until`; it grows in steps, so that the picture does not crawl. */
export function axisFor(input: { firstMs: number; untilMs: number; limitsMs: readonly number[] }): TimeAxis {
  const from = Math.max(-10_000, Math.min(-BEFORE_MS, Math.floor(input.firstMs / 1000) * 1000));
  const wanted = Math.max(
    LEAST_MS,
    input.untilMs * 1.08,
    ...input.limitsMs.filter((limit) => limit < input.untilMs + 30_000),
  );
  const step = stepOf(wanted - from);
  return { from, to: Math.ceil((wanted + step * 0.3) / step) * step };
}

/** Position of a moment in per cent of the axis. */
export const xOf = (axis: TimeAxis, ms: number): number =>
  Math.max(0, Math.min(100, ((ms - axis.from) / (axis.to - axis.from)) * 100));

/** At most seven ticks, zero among them. */
export function ticksOf(axis: TimeAxis): { ms: number; label: string }[] {
  const step = stepOf(axis.to - axis.from);
  const first = Math.ceil(axis.from / step) * step;
  const ticks = Array.from({ length: Math.floor((axis.to - first) / step) + 1 }, (_, index) => first + index * step);
  const starts = first > axis.from + step * 0.4 ? [axis.from, ...ticks] : ticks;
  return starts.map((ms) => ({ ms, label: tickLabel(ms) }));
}

const stepOf = (span: number): number => STEPS_MS.find((step) => span / step <= 7) ?? 1_200_000;

function tickLabel(ms: number): string {
  const sign = ms > 0 ? '+' : '';
  return ms !== 0 && ms % 60_000 === 0 ? `${sign}${ms / 60_000} min` : `${sign}${ms / 1000} s`;
}
