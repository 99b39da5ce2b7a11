import { describe, expect, it } from 'vitest';
import type { DrillReport, DrillView } from '#model/drill.ts';
import { digestOf, type ReportInput, reportDrill } from './report-drill.ts';

const DRILL: DrillView = {
  id: 7,
  kind: 'vm-off-with-pod',
  layer: 'vm',
  cluster: 'demo',
  deployment: 'service-instance_x',
  victim: { type: 'instance', instance: 'i', name: 'worker/1' },
  state: 'ended',
  verdict: 'PASS',
  summary: 'PASS: all limits met.',
  user: 'mei',
  reason: '',
  taskId: 3,
  objectives: {
    detectMs: 1000,
    podsBackMs: 4000,
    capacityBackMs: 10_000,
    apiReadOutageMs: null,
    apiWriteOutageMs: null,
    serviceOutageMs: 2000,
    writesLost: 0,
  },
  createdAt: '2026-11-21T12:00:00.000Z',
  injectedAt: '2026-11-21T12:00:05.000Z',
  endedAt: '2026-11-21T12:00:20.000Z',
  undoAt: null,
  undone: true,
  times: { detectedMs: 410, actingMs: 500, podsBackMs: 2900, capacityBackMs: 7400 },
  figures: [
    { probe: 'service:default/db', name: 'db', total: 150, failed: 28, missing: 0, outageMs: 2800, longestGapMs: 2800 },
  ],
};
const DB = {
  id: 'service:default/db',
  kind: 'service',
  name: 'db',
  target: '1 replica',
  replicas: 1,
  surviving: 0,
} as const;
const INPUT: ReportInput = {
  drill: DRILL,
  cut: 'director',
  failure: null,
  results: [
    { objective: 'detectMs', promise: 'The fault is noticed', limit: 1000, measured: 410, unit: 'ms', met: true },
  ],
  strips: [{ probe: DB, samples: [] }],
  marks: [],
  pods: [{ namespace: 'default', name: 'db-0', from: 'worker-1', to: 'worker-0', readyMs: 2900 }],
  writes: { acknowledged: 140, lost: 0 },
  earlier: [],
  alerts: [],
  unasked: [],
  troubles: [],
};
const told = (changes: Partial<ReportInput>): DrillReport => reportDrill({ ...INPUT, ...changes });
const ending = (changes: Partial<DrillView>): Partial<ReportInput> => ({ drill: { ...DRILL, ...changes } });
const quiet = DRILL.figures.map((figure) => ({ ...figure, failed: 0, outageMs: 0, longestGapMs: 0 }));

describe('report of a drill', () => {
  it('tells in plain words what was done, noticed, moved and replaced', () => {
    expect(told({}).story).toBe(
      'worker/1 was switched off in the cluster demo, without warning the platform. It was noticed on its own after 0.41 s. ' +
        'The work that was lost ran again after 2.90 s (on worker-0). worker/1 was whole again after 7.40 s. No data was lost.',
    );
  });

  it.each([
    [0, 'No data was lost.'],
    [2, '2 confirmed writes were lost.'],
    [null, 'Whether data was lost is not known.'],
  ])('with %s lost writes ends with "%s"', (lost, sentence) => {
    expect(told({ writes: { acknowledged: 140, lost } }).story.endsWith(` ${sentence}`)).toBe(true);
  });

  it.each<[string, Partial<ReportInput>]>([
    ['One machine was switched off. All promises were kept.', {}],
    ['One machine was switched off. Your services kept running.', ending({ figures: quiet })],
    ['One machine was switched off. All promises were kept.', ending({ figures: [] })],
    ['One machine was switched off. The platform did not notice.', ending({ verdict: 'NOT DETECTED' })],
    ['One machine was switched off. The drill was stopped and undone.', ending({ verdict: 'STOPPED' })],
    ['The drill ended before anything was done.', ending({ verdict: 'STOPPED', injectedAt: null })],
    ['The drill could not be done: nothing was proven.', { failure: 'The agent did not answer.' }],
  ])('says "%s"', (headline, changes) => {
    expect(told(changes).headline).toBe(headline);
  });

  it('counts the promises that were not kept', () => {
    const results = INPUT.results.map((result) => ({ ...result, measured: 1800, met: false }));
    const report = told({ ...ending({ verdict: 'FAIL' }), results });
    expect(report.headline).toBe('One machine was switched off. 1 of 1 promises was not kept.');
    expect(report.findings).toContain('The fault is noticed: 1.80 s, and the limit is 1.00 s.');
  });

  it('says of what was not measured why', () => {
    const missed = { limit: 0, measured: null, met: false } as const;
    const results: ReportInput['results'] = [
      { ...missed, objective: 'podsBackMs', promise: 'Work runs again', unit: 'ms' },
      { ...missed, objective: 'writesLost', promise: 'Confirmed writes lost', unit: 'writes' },
    ];
    expect(told({ results }).findings.slice(-2)).toEqual([
      'Work runs again: it was not seen to happen; the limit is 0.00 s.',
      'Confirmed writes lost: they could not be read back; the limit is 0.',
    ]);
  });

  it('finds services with one copy that were away, and passes on what went wrong', () => {
    expect(told({ unasked: ['ftp: not asked'], troubles: ['The undo failed.'] }).findings).toEqual([
      'db: away for 2.80 s. It has one copy: a second one on another machine would answer meanwhile.',
      'ftp: not asked',
      'The undo failed.',
    ]);
  });

  it('has a digest that whoever has the JSON can compute, in any order of keys', () => {
    const { digest, ...report } = told({});
    const turned = JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(report).toReversed())));
    expect(digestOf(turned)).toBe(digest);
    expect(digestOf({ ...report, story: 'other' })).not.toBe(digest);
  });
});
