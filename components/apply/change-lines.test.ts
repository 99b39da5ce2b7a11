import { expect, it } from 'vitest';
import type { PendingChange } from '#model/installation.ts';
import { changeLines, vmDiffText } from './change-lines.ts';

const change = (over: Partial<PendingChange>): PendingChange => ({
  guid: 'p-1',
  slug: 'p',
  label: 'P',
  action: 'update',
  fromVersion: '1.0',
  toVersion: '1.0',
  properties: [],
  vms: { create: ['a', 'b'], update: ['c'], recreate: [], delete: [] },
  errors: [],
  warnings: [],
  errands: [],
  ...over,
});

it('counts VMs by what happens to them', () => {
  expect(vmDiffText(change({}).vms)).toBe('+2 ~1 ↻0 −0 VMs');
});

it('puts the product itself before its properties and signs each by what happens', () => {
  const properties = [
    { property: '.properties.a', label: 'A', before: null, after: 'x', secret: false },
    { property: '.properties.b', label: 'B', before: 'x', after: 'y', secret: false },
    { property: '.properties.c', label: 'C', before: 'x', after: null, secret: true },
  ];
  expect(changeLines(change({ toVersion: '2.0', properties })).map((line) => [line.sign, line.title])).toEqual([
    ['↑', 'Version 1.0 → 2.0'],
    ['+', 'A'],
    ['~', 'B'],
    ['−', 'C'],
  ]);
});

it('has nothing to say of an update without changes', () => {
  expect(changeLines(change({}))).toEqual([]);
});
