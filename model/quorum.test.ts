import { expect, test } from 'vitest';
import { quorumOf, quorumSentence } from './quorum.ts';

test.each([
  [1, 1, '1 of 1, tolerates 0'],
  [3, 3, '3 of 3, tolerates 1'],
  [2, 3, '2 of 3, tolerates 0'],
  [1, 3, '1 of 3, no quorum'],
  [5, 5, '5 of 5, tolerates 2'],
  [3, 5, '3 of 5, tolerates 0'],
  [0, 1, '0 of 1, no quorum'],
  [0, 0, '0 of 0, no quorum'],
])('%d of %d masters: %s', (running, total, sentence) => {
  expect(quorumSentence(quorumOf(running, total))).toBe(sentence);
});
