import type {
  DrillReport,
  DrillTimes,
  ObjectiveResult,
  Objectives,
  Probe,
  ProbeFigures,
  Verdict,
} from '#model/drill.ts';
import type { Layer } from '#model/health.ts';

/** What is judged. */
export type DrillEvidence = {
  layer: Layer;
  objectives: Objectives;
  times: DrillTimes;
  probes: Probe[];
  figures: ProbeFigures[];
  writes: DrillReport['writes'];
  /** What must not happen and did: a VM that lived was made twice. */
  harm: string | null;
  /** Somebody pressed Stop, or the fault could not be done. */
  cutShort: boolean;
};

const CAPACITY_PROMISE: Record<Layer, string> = {
  pod: 'The pod is replaced',
  process: 'The program is healthy again',
  vm: 'The machine is replaced',
  az: 'Capacity is whole again',
};

/** Limits against measurements, in the order of the report. A limit that nothing was measured against is not met. Pure. */
export function judgeObjectives(evidence: DrillEvidence): ObjectiveResult[] {
  const { objectives, times, layer } = evidence;
  const ms = (objective: keyof Objectives, promise: string, measured: number | null): ObjectiveResult[] => {
    const limit = objectives[objective];
    if (limit === null) return [];
    return [{ objective, promise, limit, measured, unit: 'ms', met: measured !== null && measured <= limit }];
  };
  return [
    ...ms('detectMs', 'The fault is noticed', times.detectedMs),
    ...ms('podsBackMs', layer === 'pod' ? 'A new pod answers' : 'All work runs again', times.podsBackMs),
    ...ms('capacityBackMs', CAPACITY_PROMISE[layer], times.capacityBackMs),
    ...outage(
      evidence,
      'apiReadOutageMs',
      'Reading from the cluster works again',
      (probe) => probe.kind === 'api-read',
    ),
    ...outage(
      evidence,
      'apiWriteOutageMs',
      'Writing to the cluster works again',
      (probe) => probe.kind === 'api-write',
    ),
    ...outage(evidence, 'serviceOutageMs', 'Services with a second copy answer again', hasCopy),
    ...writesLost(evidence),
  ];
}

/** The worst of the probes that a limit is about; no such probe: not judged. */
function outage(
  { objectives, probes, figures }: DrillEvidence,
  objective: 'apiReadOutageMs' | 'apiWriteOutageMs' | 'serviceOutageMs',
  promise: string,
  isJudged: (probe: Probe) => boolean,
): ObjectiveResult[] {
  const limit = objectives[objective];
  const judged = probes.filter(isJudged);
  if (limit === null || judged.length === 0) return [];
  const found = judged.map((probe) => figures.find((figure) => figure.probe === probe.id));
  const measured = found.every((figure) => figure !== undefined && figure.total > 0)
    ? Math.max(...found.map((figure) => figure?.outageMs ?? 0))
    : null;
  return [{ objective, promise, limit, measured, unit: 'ms', met: measured !== null && measured <= limit }];
}

/** A promise can be held only where a copy is left to answer. */
export const hasCopy = (probe: Probe): boolean =>
  (probe.kind === 'service' || probe.kind === 'dns') && (probe.replicas ?? 0) > 1 && (probe.surviving ?? 0) > 0;

function writesLost({ objectives, probes, writes }: DrillEvidence): ObjectiveResult[] {
  const limit = objectives.writesLost;
  if (limit === null || !probes.some((probe) => probe.kind === 'api-write')) return [];
  const { lost } = writes;
  return [
    {
      objective: 'writesLost',
      promise: 'Confirmed writes lost',
      limit,
      measured: lost,
      unit: 'writes',
      met: lost !== null && lost <= limit,
    },
  ];
}

/** Not detected says more than failed; stopped says that nothing was proven. Pure. */
export function verdictOf(evidence: DrillEvidence, results: ObjectiveResult[]): Verdict {
  if (evidence.cutShort) return 'STOPPED';
  if (evidence.objectives.detectMs !== null && evidence.times.detectedMs === null) return 'NOT DETECTED';
  return evidence.harm === null && results.every((result) => result.met) ? 'PASS' : 'FAIL';
}
