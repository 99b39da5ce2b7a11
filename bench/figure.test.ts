import { describe, expect, it } from 'vitest';
import { Figures, judge, quantile } from './figure.ts';

describe('quantile', () => {
  it('is the nearest rank, whatever the order of the values', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(quantile(hundred, 0.5)).toBe(50);
    expect(quantile(hundred, 0.95)).toBe(95);
    expect(quantile(hundred, 1)).toBe(100);
    expect(quantile([7], 0.5)).toBe(7);
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
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
