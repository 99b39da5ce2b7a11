import {
  LEASE_AT_LOSS,
  type NodeContext,
  type NodeObject,
  OUT_OF_SERVICE,
  readLeaseTime,
  readNode,
  withNode,
} from './node-service.ts';

const DEADLINE_MS = 3000;

/**
 * Lets pods come to a node again whose VM is back: removes the taint that `takeOutOfService` set, and the cordon of a worker. 'not ready'
 * until the node's kubelet has spoken since the loss and the node is Ready; 'unreachable' when the API does not answer. Looks once;
 * idempotent. A kubelet that has not registered yet is 'no node'.
 */
export async function returnToService(
  context: NodeContext,
  instanceId: string,
  signal: AbortSignal,
): Promise<'done' | 'no node' | 'not ready' | 'unreachable'> {
  return withNode(context, instanceId, { deadlineMs: DEADLINE_MS, signal }, async (api, { node, isMaster }, inTime) => {
    const [found, lease] = await Promise.all([readNode(api, node, inTime), readLeaseTime(api, node, inTime)]);
    const lost = found.metadata.annotations[LEASE_AT_LOSS];
    if (!isReady(found) || lost === lease) return 'not ready' as const;
    const taints = found.spec.taints.filter((taint) => taint.key !== OUT_OF_SERVICE.key);
    // masters are cordoned for good
    const isCordoned = found.spec.unschedulable && !isMaster;
    if (taints.length === found.spec.taints.length && lost === undefined && !isCordoned) return 'done' as const;
    const kept = isCordoned ? taints.filter((taint) => taint.key !== 'node.kubernetes.io/unschedulable') : taints;
    await api.send({
      method: 'PATCH',
      path: `/api/v1/nodes/${node}`,
      body: {
        metadata: { resourceVersion: found.metadata.resourceVersion, annotations: { [LEASE_AT_LOSS]: null } },
        spec: { taints: kept, ...(isCordoned ? { unschedulable: null } : {}) },
      },
      signal: inTime,
    });
    return 'done' as const;
  });
}

const isReady = (node: NodeObject): boolean =>
  node.status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
