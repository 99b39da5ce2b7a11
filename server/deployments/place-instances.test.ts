import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InstanceGroup } from '#model/manifest.ts';
import { type Existing, placeInstances } from './place-instances.ts';

const group = (instances: number, azs: string[]): InstanceGroup => ({
  name: 'worker',
  instances,
  azs,
  vm_type: 'small',
  persistent_disk: 0,
  network: 'default',
  jobs: [{ name: 'kubelet', release: 'pivotal-container-service', properties: {}, consumes: {} }],
});

let ids = 0;
const newId = (): string => `id-${ids++}`;
const azSet = fc.uniqueArray(fc.constantFrom('az1', 'az2', 'az3'), { minLength: 1 });

const existingOf = (count: number, azs: string[]): Existing[] =>
  placeInstances(group(count, azs), [], newId).create.map((placed) => ({ ...placed, persistentDisk: 0 }));

test('three instances over three AZs: one each, indexes from 0, one bootstrap', () => {
  const { create } = placeInstances(group(3, ['az1', 'az2', 'az3']), [], newId);
  expect(create.map(({ index, az, bootstrap }) => [index, az, bootstrap])).toEqual([
    [0, 'az1', true],
    [1, 'az2', false],
    [2, 'az3', false],
  ]);
});

test('a new group is spread: AZ counts differ by at most one, indexes are distinct, one is bootstrap', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), azSet, (count, azs) => {
      const { create } = placeInstances(group(count, azs), [], newId);
      const perAz = azs.map((az) => create.filter((placed) => placed.az === az).length);
      expect(Math.max(...perAz) - Math.min(...perAz)).toBeLessThanOrEqual(1);
      expect(new Set(create.map((placed) => placed.index)).size).toBe(count);
      expect(create.filter((placed) => placed.bootstrap)).toHaveLength(1);
    }),
  );
});

test('resizing keeps what it can: out adds only, in removes only, never the bootstrap', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), azSet, (before, after, azs) => {
      const existing = existingOf(before, azs);
      const { keep, create, remove } = placeInstances(group(after, azs), existing, newId);
      expect(keep.length + create.length).toBe(after);
      expect(keep).toHaveLength(Math.min(before, after));
      expect(remove).toHaveLength(Math.max(0, before - after));
      expect(keep.filter((instance) => instance.bootstrap)).toHaveLength(1);
    }),
  );
});

test('the same wish twice changes nothing', () => {
  const existing = existingOf(5, ['az1', 'az2', 'az3']);
  const { create, remove } = placeInstances(group(5, ['az1', 'az2', 'az3']), existing, newId);
  expect([create, remove]).toEqual([[], []]);
});

test('an AZ that is no longer wanted is left', () => {
  const existing = existingOf(3, ['az1', 'az2', 'az3']);
  const { create, remove } = placeInstances(group(3, ['az1', 'az2']), existing, newId);
  expect(remove.map((instance) => instance.az)).toEqual(['az3']);
  expect(create.map((placed) => placed.index)).toEqual([2]);
});
