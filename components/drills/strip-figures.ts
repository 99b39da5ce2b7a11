import type { DrillSample, Objectives, Probe, ProbeStrip } from '#model/drill.ts';

const SAMPLE_MS = 100;

export type StripFigures = { name: string; total: number; failed: number; outageMs: number; longestGapMs: number };

/** What the samples since the injection say so far; the report's own figures are made by the director at the end. */
export function figuresOf({ probe, samples }: ProbeStrip): StripFigures {
  const since = samples.filter((sample) => sample.at >= 0);
  const failed = since.filter((sample) => sample.result === 'fail');
  return {
    name: probe.name,
    total: since.length,
    failed: failed.length,
    outageMs: failed.at(-1)?.at ?? 0,
    longestGapMs: longestGap(since),
  };
}

function longestGap(samples: readonly DrillSample[]): number {
  let longest = 0;
  let began: number | null = null;
  for (const sample of samples) {
    if (sample.result !== 'fail') {
      began = null;
      continue;
    }
    began ??= sample.at;
    longest = Math.max(longest, sample.at - began + SAMPLE_MS);
  }
  return longest;
}

/** Objective that limits the outage of a probe; null where none does: what has one copy, or loses all, is away until it is made again. */
export function outageObjective(probe: Probe): keyof Objectives | null {
  switch (probe.kind) {
    case 'api-read':
      return 'apiReadOutageMs';
    case 'api-write':
      return 'apiWriteOutageMs';
    case 'data':
      return null;
    default:
      return (probe.replicas ?? 0) > 1 && (probe.surviving ?? 0) > 0 ? 'serviceOutageMs' : null;
  }
}

/** Worst outage of the probes an objective limits; null without such a probe. */
export function worstOutage(strips: readonly ProbeStrip[], objective: keyof Objectives): number | null {
  const under = strips.filter((strip) => outageObjective(strip.probe) === objective);
  return under.length === 0 ? null : Math.max(...under.map((strip) => figuresOf(strip).outageMs));
}
