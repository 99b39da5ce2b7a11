import { describe, expect, it } from 'vitest';
import type { Objectives, Probe, ProbeFigures } from '#model/drill.ts';
import { type DrillEvidence, judgeObjectives, verdictOf } from './judge-drill.ts';

const OBJECTIVES: Objectives = {
  detectMs: 1000,
  podsBackMs: 4000,
  capacityBackMs: 10_000,
  apiReadOutageMs: 1000,
  apiWriteOutageMs: 1000,
  serviceOutageMs: 2000,
  writesLost: 0,
};
const PROBES: Probe[] = [
  { id: 'api-read', kind: 'api-read', name: 'read', target: 'vip' },
  { id: 'api-write', kind: 'api-write', name: 'write', target: 'vip' },
  { id: 'service:default/web', kind: 'service', name: 'web', target: 'two', replicas: 2, surviving: 1 },
  { id: 'service:default/db', kind: 'service', name: 'db', target: 'one', replicas: 1, surviving: 0 },
];
const figure = (probe: string, outageMs: number, total = 100): ProbeFigures => ({
  probe,
  name: probe,
  total,
  failed: outageMs / 100,
  missing: 0,
  outageMs,
  longestGapMs: outageMs,
});
const GOOD: DrillEvidence = {
  layer: 'vm',
  objectives: OBJECTIVES,
  times: { detectedMs: 400, actingMs: 500, podsBackMs: 2900, capacityBackMs: 7400 },
  probes: PROBES,
  figures: [
    figure('api-read', 0),
    figure('api-write', 0),
    figure('service:default/web', 800),
    figure('service:default/db', 2800),
  ],
  writes: { acknowledged: 100, lost: 0 },
  harm: null,
  cutShort: false,
};
const judged = (changes: Partial<DrillEvidence>) => {
  const evidence = { ...GOOD, ...changes };
  const results = judgeObjectives(evidence);
  return {
    verdict: verdictOf(evidence, results),
    missed: results.filter((one) => !one.met).map((one) => one.objective),
  };
};

describe('judging a drill', () => {
  it('passes when every limit is met; a service with one copy is not judged', () => {
    expect(judged({})).toEqual({ verdict: 'PASS', missed: [] });
    expect(judgeObjectives(GOOD).map((one) => one.measured)).toEqual([400, 2900, 7400, 0, 0, 800, 0]);
  });

  it.each([
    ['late pods', { times: { ...GOOD.times, podsBackMs: 4001 } }, 'FAIL', ['podsBackMs']],
    ['no capacity', { times: { ...GOOD.times, capacityBackMs: null } }, 'FAIL', ['capacityBackMs']],
    ['a lost write', { writes: { acknowledged: 9, lost: 1 } }, 'FAIL', ['writesLost']],
    ['writes nobody could read back', { writes: { acknowledged: 9, lost: null } }, 'FAIL', ['writesLost']],
    ['a VM made twice', { harm: 'It was made twice.' }, 'FAIL', []],
    ['nothing noticed', { times: { ...GOOD.times, detectedMs: null } }, 'NOT DETECTED', ['detectMs']],
    ['stopped', { cutShort: true, times: { ...GOOD.times, detectedMs: null } }, 'STOPPED', ['detectMs']],
  ] as const)('%s', (_name, changes, verdict, missed) => {
    expect(judged(changes)).toEqual({ verdict, missed });
  });

  it('does not hold a promise kept that was never measured', () => {
    const figures = GOOD.figures.map((one) => (one.probe === 'api-read' ? figure('api-read', 0, 0) : one));
    expect(judged({ figures })).toEqual({ verdict: 'FAIL', missed: ['apiReadOutageMs'] });
    expect(judged({ figures: [] }).missed).toEqual(['apiReadOutageMs', 'apiWriteOutageMs', 'serviceOutageMs']);
  });

  it('leaves out what has no limit and what has no probe', () => {
    const objectives = { ...OBJECTIVES, podsBackMs: null, capacityBackMs: null };
    const results = judgeObjectives({ ...GOOD, objectives, probes: [] });
    expect(results.map((one) => one.objective)).toEqual(['detectMs']);
  });
});
