import type { DrillSample } from '#model/drill.ts';
import { type TimeAxis, xOf } from './time-axis.ts';

/** Height classes of a column: tall = answered, half = slow, gap with a foot mark = failed. It reads without colour. */
export type StripPaths = { ok: string; slow: string; fail: string; width: number; end: number };

/** More columns than this no screen shows apart; then one column is the worst of its samples. */
const COLUMNS_MAX = 240;
const SAMPLE_MS = 100;
const RANK = { ok: 0, slow: 1, fail: 2 } as const;

/** Draws samples as three paths in a box 1000 wide and `height` high, foot marks below `height - 4`. */
export function stripPaths(samples: readonly DrillSample[], axis: TimeAxis, height: number): StripPaths {
  const bucketMs = SAMPLE_MS * Math.max(1, Math.ceil((axis.to - axis.from) / SAMPLE_MS / COLUMNS_MAX));
  const worst = new Map<number, DrillSample['result']>();
  for (const sample of samples) {
    if (sample.at < axis.from || sample.at > axis.to) continue;
    const bucket = Math.floor((sample.at - axis.from) / bucketMs);
    const known = worst.get(bucket);
    if (!known || RANK[sample.result] > RANK[known]) worst.set(bucket, sample.result);
  }
  const parts = { ok: '', slow: '', fail: '' };
  const foot = height - 4;
  const column = (bucketMs / (axis.to - axis.from)) * 1000;
  for (const [bucket, result] of worst) {
    const x = ((bucket + 0.5) * column).toFixed(1);
    parts[result] += { ok: `M${x} ${foot}V3`, slow: `M${x} ${foot}V${height / 2}`, fail: `M${x} ${foot + 1}v3` }[
      result
    ];
  }
  const last = samples.at(-1)?.at ?? axis.from;
  return { ...parts, width: column * 0.55, end: xOf(axis, last) * 10 };
}

/** Appends what is new to what is known; a second that was read before it was whole is read again. */
export function mergeSamples(known: readonly DrillSample[], fresh: readonly DrillSample[]): DrillSample[] {
  const [first] = fresh;
  if (!first) return [...known];
  return [...known.filter((sample) => sample.at < first.at), ...fresh];
}
