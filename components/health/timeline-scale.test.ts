import { describe, expect, it } from 'vitest';
import type { TimelineItem } from './timeline-items.ts';
import { bunchNear, isIn, pan, percentOf, ticksOf, zoom } from './timeline-scale.ts';

const hour = { from: 0, to: 3_600_000 };
const point = (from: number): TimelineItem => ({
  id: String(from),
  lane: 'Pods',
  from,
  to: from,
  state: 'waiting',
  title: 'a pod',
  detail: '',
  target: null,
});

describe('ticksOf', () => {
  it('gives round times, at most seven, at any zoom', () => {
    expect(ticksOf(hour)).toEqual([0, 600_000, 1_200_000, 1_800_000, 2_400_000, 3_000_000, 3_600_000]);
    for (const span of [10_000, 61_000, 900_000, 21_600_000]) {
      const ticks = ticksOf({ from: 7, to: 7 + span });
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThanOrEqual(8);
    }
  });
});

describe('zoom and pan', () => {
  it('halves around a time and keeps that time where it was', () => {
    const near = zoom(hour, hour, 0.5, 900_000);
    expect(near.to - near.from).toBe(1_800_000);
    expect(percentOf(900_000, near)).toBeCloseTo(percentOf(900_000, hour));
  });

  it('never leaves the whole and never gets shorter than ten seconds', () => {
    expect(zoom(hour, hour, 4)).toEqual(hour);
    expect(pan({ from: 0, to: 60_000 }, hour, -3)).toEqual({ from: 0, to: 60_000 });
    expect(pan({ from: 3_500_000, to: 3_600_000 }, hour, 2)).toEqual({ from: 3_500_000, to: 3_600_000 });
    const least = zoom({ from: 0, to: 11_000 }, hour, 0.01);
    expect(least.to - least.from).toBe(10_000);
  });
});

describe('bunchNear', () => {
  it('draws as one what could not be told apart, led by what lasts longest', () => {
    const span: TimelineItem = { ...point(2000), id: 'span', to: 500_000 };
    const bunches = bunchNear([point(1000), point(9000), point(2_000_000), span], hour);
    expect(bunches.map((bunch) => bunch.items.map((item) => item.id))).toEqual([['span', '1000', '9000'], ['2000000']]);
    expect(bunches.map((bunch) => bunch.from)).toEqual([1000, 2_000_000]);
    const near = bunchNear([point(1000), point(9000)], { from: 0, to: 20_000 });
    expect(near.map((bunch) => bunch.items.length)).toEqual([1, 1]);
  });

  it('keeps what still lasts in every later stretch', () => {
    expect(isIn({ from: 5, to: null }, { from: 1000, to: 2000 })).toBe(true);
    expect(isIn({ from: 5, to: 6 }, { from: 1000, to: 2000 })).toBe(false);
  });
});
