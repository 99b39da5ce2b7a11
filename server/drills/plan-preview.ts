import { type DrillCheck, type DrillPreview, type DrillRequest, Objectives, type Victim } from '#model/drill.ts';
import { quorumSentence } from '#model/quorum.ts';
import { TesseraError } from '#server/platform/error.ts';
import { checkDrill, quorumAround } from './check-drill.ts';
import { chooseProbes } from './choose-probes.ts';
import { type DrillFacts, type EarlierDrill, type Hits, readyPeers } from './drill-facts.ts';
import { kinds } from './kinds.ts';

const NO_HITS: Hits = { instances: [], pods: [], members: 0, lasting: false };
const HISTORY = 10;

/** What would happen: victim, blast radius, checks, probes, limits. Pure. */
export function planPreview(facts: DrillFacts, request: DrillRequest): DrillPreview {
  const kind = kinds[request.kind];
  const candidates = kind.candidates(facts, request);
  const victim = request.victim ?? candidates[0] ?? null;
  const hits = victim ? kind.hits(facts, victim, request) : NO_HITS;
  const probes = chooseProbes(facts, hits);
  const quorum = quorumAround(facts, hits);
  return {
    kind: request.kind,
    cluster: facts.cluster.name,
    deployment: facts.deployment,
    victim,
    candidates,
    checks: victim ? checkVictim(facts, request, victim, candidates, hits) : [nobody(kind.nobody)],
    vmsHit: [...hits.instances.map((instance) => instance.name), ...alsoHit(facts, victim)],
    podsHit: hits.pods.map((pod) => ({
      namespace: pod.namespace,
      name: pod.name,
      node: pod.node ?? '',
      alone: pod.ready && readyPeers(facts, pod) === 1,
    })),
    quorum: { before: quorumSentence(quorum.before), after: quorumSentence(quorum.after) },
    objectives: victim ? mergeObjectives(kind.objectives(facts, victim, request), request) : NO_OBJECTIVES,
    probes: request.probes === null ? probes : probes.filter((probe) => request.probes?.includes(probe.id)),
    expected: expectedOf(facts.earlier),
    deadlineMs: kind.deadlineMs,
  };
}

const NO_OBJECTIVES: Objectives = {
  detectMs: null,
  podsBackMs: null,
  capacityBackMs: null,
  apiReadOutageMs: null,
  apiWriteOutageMs: null,
  serviceOutageMs: null,
  writesLost: null,
};

/** Throws drill_refused with the sentences of all red checks. */
export function refuseIfRed(preview: DrillPreview): Victim {
  const red = preview.checks.filter((check) => check.verdict === 'red');
  if (red.length > 0 || preview.victim === null)
    throw new TesseraError('drill_refused', red.map((check) => `${check.name}: ${check.sentence}`).join(' '));
  return preview.victim;
}

function checkVictim(
  facts: DrillFacts,
  request: DrillRequest,
  victim: Victim,
  candidates: Victim[],
  hits: Hits,
): DrillCheck[] {
  if (candidates.some((candidate) => sameVictim(candidate, victim))) return checkDrill(facts, request, victim, hits);
  const sentence = `${victimName(victim)} cannot be the victim of this kind of drill, or is gone. Choose another one.`;
  return [{ name: 'Victim', verdict: 'red', sentence }, ...checkDrill(facts, request, victim, hits)];
}

const nobody = (sentence: string): DrillCheck => ({
  name: 'Victim',
  verdict: 'red',
  sentence: `Nobody to hit: ${sentence}.`,
});

/** VMs of other clusters and products in the zone, by owner. */
const alsoHit = (facts: DrillFacts, victim: Victim | null): string[] =>
  victim?.type === 'az'
    ? facts.others.filter((other) => other.az === victim.az).map((other) => `${other.owner} ${other.name}`)
    : [];

/** Limits asked for replace the defaults; null means "not judged". */
const mergeObjectives = (defaults: Objectives, { objectives }: DrillRequest): Objectives =>
  Objectives.parse({ ...defaults, ...objectives });

/** From the last drills of the kind: until capacity was back, or pods where that is all there is. */
function expectedOf(earlier: EarlierDrill[]): DrillPreview['expected'] {
  const values = earlier
    .slice(0, HISTORY)
    .map(({ times }) => times.capacityBackMs ?? times.podsBackMs ?? times.detectedMs)
    .filter((value) => value !== null)
    .toSorted((one, other) => one - other);
  const at = (share: number): number => values[Math.min(values.length - 1, Math.ceil(share * values.length) - 1)] ?? 0;
  return values.length === 0 ? null : { p50Ms: at(0.5), p95Ms: at(0.95), runs: values.length };
}

export function victimName(victim: Victim): string {
  switch (victim.type) {
    case 'pod':
      return `pod ${victim.namespace}/${victim.name}`;
    case 'process':
      return `${victim.process} of ${victim.name}`;
    case 'instance':
      return victim.name;
    case 'az':
      return victim.az;
  }
}

/** The node a pod ran on does not make it another pod. */
function sameVictim(one: Victim, other: Victim): boolean {
  const identity = (victim: Victim): string =>
    victim.type === 'pod' || victim.type === 'az'
      ? victimName(victim)
      : `${victim.instance} ${victim.type === 'process' ? victim.process : ''}`;
  return one.type === other.type && identity(one) === identity(other);
}
