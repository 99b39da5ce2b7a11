import {
  LEASE_AT_LOSS,
  type NodeContext,
  type NodeObject,
  OUT_OF_SERVICE,
  readLeaseTime,
  readNode,
  withNode,
} from './node-service.ts';
import type { ClusterNode } from './read-cluster-node.ts';

const DEADLINE_MS = 3000;
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';
const ZONE = 'topology.kubernetes.io/zone';

/**
 * Lets pods come to a node again whose VM is back: removes the taint that `takeOutOfService` set and the cordon of a worker, and says in which
 * AZ the node is now. 'not ready' until the node's kubelet has spoken since the loss and the node is Ready; 'no node' before it registered;
 * 'unreachable' when the API does not answer. Looks once; idempotent.
 */
export async function returnToService(
  context: NodeContext,
  instanceId: string,
  signal: AbortSignal,
): Promise<'done' | 'no node' | 'not ready' | 'unreachable'> {
  return withNode(context, instanceId, { deadlineMs: DEADLINE_MS, signal }, async (api, node, inTime) => {
    const [found, lease] = await Promise.all([readNode(api, node.node, inTime), readLeaseTime(api, node.node, inTime)]);
    if (!isReady(found) || found.metadata.annotations[LEASE_AT_LOSS] === lease) return 'not ready' as const;
    const body = inService(found, node);
    if (body !== null) await api.send({ method: 'PATCH', path: `/api/v1/nodes/${node.node}`, body, signal: inTime });
    return 'done' as const;
  });
}

/** The patch that puts a node in service; null when it is. Pure. */
export function inService(found: NodeObject, { az, isMaster }: ClusterNode): Record<string, unknown> | null {
  // masters are cordoned for good
  const isCordoned = found.spec.unschedulable && !isMaster;
  const gone = isCordoned ? [OUT_OF_SERVICE.key, UNSCHEDULABLE] : [OUT_OF_SERVICE.key];
  const taints = found.spec.taints.filter((taint) => !gone.includes(taint.key));
  const isTainted = taints.length < found.spec.taints.length || found.metadata.annotations[LEASE_AT_LOSS] !== undefined;
  const isPlaced = found.metadata.labels[ZONE] === az;
  if (!isTainted && !isCordoned && isPlaced) return null;
  return {
    metadata: {
      resourceVersion: found.metadata.resourceVersion,
      annotations: { [LEASE_AT_LOSS]: null },
      labels: { [ZONE]: az, 'bosh.zone': az },
    },
    spec: { taints, ...(isCordoned ? { unschedulable: null } : {}) },
  };
}

const isReady = (node: NodeObject): boolean =>
  node.status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
