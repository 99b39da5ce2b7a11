import { expect, test } from 'vitest';
import type { InfrastructureVm } from '#model/infrastructure.ts';
import { byAz, findVms } from './vm-state.ts';

const vm = (name: string, address: string, az: string): InfrastructureVm => ({
  cid: `abcdef-${name.replace('/', '-')}`,
  power: 'on',
  address,
  az,
  createdAt: null,
  changedAt: null,
  name,
  deployment: 'service-instance_1',
  cluster: 'blue',
  vmType: 'small',
  memoryMib: 1024,
  instance: null,
  taskId: null,
});
const ALL = [
  vm('master/0', '10.0.0.10', 'az1'),
  vm('worker/0', '10.0.0.11', 'az2'),
  vm('worker/1', '10.0.0.12', 'az2'),
];
const found = (search: string) => findVms(ALL, search).map(({ name }) => name);

test.each([
  ['', ['master/0', 'worker/0', 'worker/1']],
  ['10.0.0.12', ['worker/1']],
  ['WORKER blue', ['worker/0', 'worker/1']],
  ['abcdef-master', ['master/0']],
  ['az2 on', ['worker/0', 'worker/1']],
  ['green', []],
])('a search for "%s" finds %j', (search, names) => {
  expect(found(search)).toEqual(names);
});

test('an AZ without a VM keeps its place, one that only VMs name has one', () => {
  expect(byAz(ALL, ['az3', 'az1']).map(({ az, vms }) => [az, vms.length])).toEqual([
    ['az1', 1],
    ['az2', 2],
    ['az3', 0],
  ]);
});
