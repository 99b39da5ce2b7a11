import { z } from 'zod';
import { TesseraError } from '#server/platform/error.ts';
import type { KubeApi } from './kube-api.ts';
import { LEASE_AT_LOSS, type NodeContext, OUT_OF_SERVICE, readLeaseTime, readNode, withNode } from './node-service.ts';
import { releaseLeases } from './release-leases.ts';

/** Long enough for a successor to have the API's address, short enough not to hold the fencing of the next VM. */
const DEADLINE_MS = 1500;

const Pods = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        namespace: z.string(),
        uid: z.string(),
        ownerReferences: z.array(z.object({ kind: z.string() })).default([]),
      }),
    }),
  ),
});

/**
 * Tells the cluster that the machine of a node is off for sure. The pods of a worker move at once instead of after five minutes; those of
 * StatefulSets are deleted outright, because no second one is made while the first is in the books. The programs of a master lead no longer.
 * Only for a VM that is dead or fenced.
 * Idempotent. 'unreachable' when the API does not answer within 1.5 s; throws only when the signal aborts or the cluster refuses.
 */
export async function takeOutOfService(
  context: NodeContext,
  instanceId: string,
  signal: AbortSignal,
): Promise<'done' | 'no node' | 'unreachable'> {
  return withNode(context, instanceId, { deadlineMs: DEADLINE_MS, signal }, async (api, { node, isMaster }, inTime) => {
    if (isMaster) await releaseLeases(api, node, inTime);
    else {
      await taint(api, node, inTime);
      await deleteStatefulPods(api, node, inTime);
    }
    return 'done' as const;
  });
}

async function taint(api: KubeApi, name: string, signal: AbortSignal): Promise<void> {
  const [node, lease] = await Promise.all([readNode(api, name, signal), readLeaseTime(api, name, signal)]);
  if (node.spec.taints.some((taint) => taint.key === OUT_OF_SERVICE.key)) return;
  await api.send({
    method: 'PATCH',
    path: `/api/v1/nodes/${name}`,
    body: {
      // the list is replaced as a whole: the version makes sure that no other taint is lost
      metadata: { resourceVersion: node.metadata.resourceVersion, annotations: { [LEASE_AT_LOSS]: lease } },
      spec: { taints: [...node.spec.taints, OUT_OF_SERVICE] },
    },
    signal,
  });
}

async function deleteStatefulPods(api: KubeApi, node: string, signal: AbortSignal): Promise<void> {
  const path = `/api/v1/pods?fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}`;
  const { items } = Pods.parse(await api.send({ path, signal }));
  const stateful = items.filter(({ metadata }) => metadata.ownerReferences.some((by) => by.kind === 'StatefulSet'));
  await Promise.all(
    stateful.map(async ({ metadata }) => {
      try {
        await api.send({
          method: 'DELETE',
          path: `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`,
          // the successor has the same name: only this one may go
          body: { gracePeriodSeconds: 0, preconditions: { uid: metadata.uid } },
          signal,
        });
      } catch (thrown) {
        // gone already, or its successor is there
        if (thrown instanceof TesseraError && (thrown.code === 'not_found' || thrown.code === 'conflict')) return;
        throw thrown;
      }
    }),
  );
}
