import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DrillSample, ProbeStrip } from '#model/drill.ts';
import { ASKED_EVERY_MS, figuresOf } from './probe-figures.ts';

const PROBE: ProbeStrip['probe'] = { id: 'api-read', kind: 'api-read', name: 'API', target: 'vip' };
const sample = (at: number, result: DrillSample['result'] = 'ok', ms = 5): DrillSample => ({ at, ms, result });
const strip = (samples: DrillSample[]): ProbeStrip => ({ probe: PROBE, samples });
/** A question each tenth of a second from -1 s on; `failed` says which. */
const asked = (endMs: number, failed: (at: number) => boolean, offset = 0): DrillSample[] => {
  const samples: DrillSample[] = [];
  for (let at = -1000 + offset; at <= endMs; at += ASKED_EVERY_MS) samples.push(sample(at, failed(at) ? 'fail' : 'ok'));
  return samples;
};

describe('figures of a probe', () => {
  it('has no outage without a failure', () => {
    expect(figuresOf(strip(asked(5000, () => false, 30)), 5000)).toMatchObject({
      total: 50,
      failed: 0,
      missing: 0,
      outageMs: 0,
      longestGapMs: 0,
    });
  });

  it('counts an outage from the injection to the last failure, good answers between or not', () => {
    const failed = new Set([100, 900, 2000]);
    const figures = figuresOf(strip(asked(5000, (at) => failed.has(at))), 5000);
    expect(figures).toMatchObject({ failed: 3, outageMs: 2100, longestGapMs: 100 });
  });

  it('leaves failures before the injection out, but not those under way at it', () => {
    const samples = [
      sample(-900, 'fail', 50),
      sample(-40, 'fail', 1000),
      ...asked(3000, () => false).filter((one) => one.at >= 0),
    ];
    expect(figuresOf(strip(samples), 3000)).toMatchObject({ failed: 1, outageMs: 60 });
  });

  it('does not take what was never asked for an answer', () => {
    const samples = asked(6000, () => false).filter(({ at }) => at < 1000 || at > 3000);
    const figures = figuresOf(strip(samples), 6000);
    expect(figures.missing).toBe(21);
    expect(figures.failed).toBe(0);
    expect(figures.outageMs).toBe(3100);
    expect(figures.longestGapMs).toBe(2100);
  });

  it('takes a short hole between right answers for a busy machine, but not one beside a failure', () => {
    const isHole = (at: number): boolean => at > 1000 && at < 1500;
    const calm = asked(3000, () => false).filter(({ at }) => !isHole(at));
    expect(figuresOf(strip(calm), 3000)).toMatchObject({ missing: 4, outageMs: 0, longestGapMs: 0 });
    const sick = asked(3000, (at) => at === 1000).filter(({ at }) => !isHole(at));
    expect(figuresOf(strip(sick), 3000)).toMatchObject({ missing: 4, outageMs: 1500, longestGapMs: 500 });
  });

  it('finds all missing where nobody asked at all', () => {
    const figures = figuresOf(strip([]), 2000);
    expect(figures.total).toBe(0);
    expect(figures.missing).toBeGreaterThan(15);
    expect(figures.outageMs).toBeGreaterThan(1800);
  });

  it('holds for any pattern of failures', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 10, maxLength: 100 }), fc.nat(99), (pattern, offset) => {
        const samples = pattern.map((isBad, index) => sample(index * ASKED_EVERY_MS + offset, isBad ? 'fail' : 'ok'));
        const endMs = (pattern.length - 1) * ASKED_EVERY_MS + offset;
        const figures = figuresOf(strip(samples), endMs);
        const last = pattern.lastIndexOf(true);
        expect(figures.missing).toBe(0);
        expect(figures.failed).toBe(pattern.filter(Boolean).length);
        expect(figures.outageMs).toBe(last === -1 ? 0 : (last + 1) * ASKED_EVERY_MS + offset);
        expect(figures.longestGapMs).toBeLessThanOrEqual(figures.outageMs);
      }),
    );
  });

  it('never makes an outage shorter by losing samples', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('ok', 'fail', 'lost'), { minLength: 20, maxLength: 80 }), (middle) => {
        const pattern = ['ok', ...middle, 'ok'];
        const all = pattern.map((result, index) => sample(index * ASKED_EVERY_MS, result === 'ok' ? 'ok' : 'fail'));
        const some = all.filter((_one, index) => pattern[index] !== 'lost');
        const endMs = (pattern.length - 1) * ASKED_EVERY_MS;
        const whole = figuresOf(strip(all), endMs);
        const holed = figuresOf(strip(some), endMs);
        // a hole shorter than half a second between right answers is no outage
        const isTold = /fail|(lost,){5}/.test(pattern.join());
        expect(holed.outageMs).toBeLessThanOrEqual(whole.outageMs);
        if (pattern.includes('fail'))
          expect(holed.outageMs).toBeGreaterThanOrEqual((pattern.lastIndexOf('fail') + 1) * ASKED_EVERY_MS);
        if (isTold) expect(holed.outageMs).toBeGreaterThan(0);
        expect(holed.failed + holed.missing).toBe(whole.failed);
      }),
    );
  });
});
