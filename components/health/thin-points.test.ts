import { expect, it } from 'vitest';
import { thinned } from './thin-points.ts';

it('keeps few points as they are and draws many as sixty means', () => {
  expect(thinned([1, 2, 3])).toEqual([1, 2, 3]);
  const many = thinned(Array.from({ length: 120 }, (_, index) => index));
  expect(many).toHaveLength(60);
  expect([many[0], many[59]]).toEqual([0.5, 118.5]);
});
