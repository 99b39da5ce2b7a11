import { expect, test } from 'vitest';
import { LEASE_AT_LOSS, type NodeObject, OUT_OF_SERVICE } from './node-service.ts';
import { inService } from './return-to-service.ts';

const CORDON = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const PRESSURE = { key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' };
const WORKER = { clusterUuid: 'c', node: 'worker-0', az: 'az1', isMaster: false };

function node(spec: Partial<NodeObject['spec']>, annotations: Record<string, string> = {}, zone = 'az1'): NodeObject {
  return {
    metadata: { resourceVersion: '7', annotations, labels: { 'topology.kubernetes.io/zone': zone } },
    spec: { unschedulable: false, taints: [], ...spec },
    status: { conditions: [] },
  };
}

test('a node in service is left alone', () => {
  expect(inService(node({}), WORKER)).toBeNull();
});

test('the out-of-service taint and the cordon go, other taints stay', () => {
  const tainted = node(
    { unschedulable: true, taints: [OUT_OF_SERVICE, CORDON, PRESSURE] },
    { [LEASE_AT_LOSS]: 'then' },
  );
  expect(inService(tainted, WORKER)).toMatchObject({
    metadata: { resourceVersion: '7', annotations: { [LEASE_AT_LOSS]: null } },
    spec: { taints: [PRESSURE], unschedulable: null },
  });
});

test('a master stays cordoned', () => {
  const patch = inService(node({ unschedulable: true, taints: [OUT_OF_SERVICE, CORDON] }), {
    ...WORKER,
    isMaster: true,
  });
  expect(patch).toMatchObject({ spec: { taints: [CORDON] } });
  expect(patch?.spec).not.toHaveProperty('unschedulable');
});

test('a node that was placed in another AZ says so', () => {
  expect(inService(node({}, {}, 'az2'), WORKER)).toMatchObject({
    metadata: { labels: { 'topology.kubernetes.io/zone': 'az1', 'bosh.zone': 'az1' } },
  });
});
