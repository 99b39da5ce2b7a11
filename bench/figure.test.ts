import { describe, expect, it } from 'vitest';
import { Figures, judge, median, quantile } from './figure.ts';

describe('median', () => {
  it('is the middle value, or the mean of the two in the middle', () => {
    expect(median([7])).toBe(7);
    expect(median([3, 1, 20])).toBe(3);
    expect(median([4, 1, 20, 2])).toBe(3);
    expect(median([1, 2])).toBe(1.5);
  });
});

describe('quantile', () => {
  it('is the nearest rank, whatever the order of the values', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(quantile(hundred, 0.95)).toBe(95);
    expect(quantile(hundred, 1)).toBe(100);
    expect(quantile([3, 1, 2], 0.95)).toBe(3);
  });
});

describe('judge', () => {
  it('tells a promise that only the median keeps from one that all values keep', () => {
    expect(judge([8, 9, 10], { limit: 10, by: 'every' })).toBe('kept');
    expect(judge([8, 9, 11], { limit: 10, by: 'every' })).toBe('median kept, worst missed');
    expect(judge([8, 11, 11], { limit: 10, by: 'every' })).toBe('**missed**');
  });

  it('lets five of a hundred values miss a promise on p95', () => {
    const values = (slow: number) => Array.from({ length: 100 }, (_, index) => (index < slow ? 900 : 100));
    expect(judge(values(5), { limit: 300, by: 'p95' })).toBe('kept');
    expect(judge(values(6), { limit: 300, by: 'p95' })).toBe('**missed**');
  });
});

describe('Figures', () => {
  it('gathers the values of all runs in the order of the runs', () => {
    const figures = new Figures();
    for (const value of [3, 1]) {
      figures.add('a', 's', value, { limit: 5, by: 'every' });
      figures.add('b', 'ms', value * 2);
    }
    expect(figures.list()).toEqual([
      { name: 'a', unit: 's', values: [3, 1], target: { limit: 5, by: 'every' } },
      { name: 'b', unit: 'ms', values: [6, 2] },
    ]);
  });
});
