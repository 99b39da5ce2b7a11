import { describe, expect, test } from 'vitest';
import { podObject } from './kube-fixture.ts';
import { parsePod } from './parse-pod.ts';
import { mebibytes, millicores } from './quantity.ts';
import { exactTime } from './tell-news.ts';

describe('a pod', () => {
  test('of which deletion was asked is not ready, and tells when it was asked', () => {
    const pod = parsePod(podObject('web', { deletionTimestamp: '2028-01-01T00:01:00Z', grace: 30 }));
    expect(pod).toMatchObject({ ready: false, status: 'Terminating', readyAt: null });
    expect(pod.deletionAskedAt?.toISOString()).toBe('2028-01-01T00:00:30.000Z');
  });

  test('says why its container waits, and why the last one ended', () => {
    const pod = parsePod(podObject('web', { ready: false, restarts: 2 }));
    expect(pod).toMatchObject({ status: 'ContainerCreating', restarts: 2, lastExit: { reason: 'Error, exit 137' } });
  });

  test('without a controller is nobody’s', () => {
    expect(parsePod(podObject('web', { owner: null })).owner).toBeNull();
  });
});

test.each([
  ['100m', 100],
  ['2', 2000],
  ['0.5', 500],
  ['1500000n', 2],
  [undefined, 0],
  ['much', 0],
])('%s of CPU is %s millicores', (text, expected) => {
  expect(millicores(text)).toBe(expected);
});

test.each([
  ['64Mi', 64],
  ['1Gi', 1024],
  ['1073741824', 1024],
  ['512000Ki', 500],
  ['100M', 95],
  ['', 0],
])('%s of memory is %s MiB', (text, expected) => {
  expect(mebibytes(text)).toBe(expected);
});

describe('a time told in whole seconds', () => {
  const told = new Date('2028-01-01T00:00:10Z');
  const at = (text: string) => exactTime(told, new Date(text)).toISOString();

  test('is made exact by what was seen within that second', () => {
    expect(at('2028-01-01T00:00:10.412Z')).toBe('2028-01-01T00:00:10.412Z');
  });
  test('was over at the end of that second, however late it was seen', () => {
    expect(at('2028-01-01T00:01:30Z')).toBe('2028-01-01T00:00:10.999Z');
  });
  test('is not moved before itself by a clock that is behind', () => {
    expect(at('2028-01-01T00:00:05Z')).toBe('2028-01-01T00:00:10.000Z');
  });
});
