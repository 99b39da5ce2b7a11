import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { z } from 'zod';
import { inTransaction } from '#db/transaction.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Log } from '#server/platform/log.ts';
import type { Vault } from '#server/platform/vault.ts';
import { KubeApi } from './kube-api.ts';
import { type ClusterNode, readClusterNode } from './read-cluster-node.ts';
import { readKubeAccess } from './read-kube-access.ts';

/** What changing the service of a node needs; with a log it says there why a cluster was not reached. */
export type NodeContext = { pool: Pool; vault: Vault; log?: Log };

/** Tells the cluster that a node's machine is surely off: its pods leave at once. kubernetes.io/docs/concepts/cluster-administration/node-shutdown */
export const OUT_OF_SERVICE = { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' };
/** When the dead kubelet last renewed its lease: a Ready that is older than the fault must not pass for a node that is back. */
export const LEASE_AT_LOSS = 'tessera.local/lease-at-loss';

const RETRY_MS = 100;

const Taint = z.looseObject({ key: z.string(), effect: z.string() });
const Node = z.looseObject({
  metadata: z.looseObject({
    resourceVersion: z.string(),
    annotations: z.record(z.string(), z.string()).default({}),
    labels: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.looseObject({ unschedulable: z.boolean().default(false), taints: z.array(Taint).default([]) }).prefault({}),
  status: z
    .looseObject({ conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]) })
    .prefault({}),
});
export type NodeObject = z.infer<typeof Node>;
const Lease = z.looseObject({ spec: z.looseObject({ renewTime: z.string().optional() }).prefault({}) });

/**
 * Runs `work` with the API of an instance's cluster, again while the API does not answer or somebody else changed the object, until
 * `deadlineMs` is over. Throws only what is no matter of reachability.
 */
export async function withNode<T>(
  context: NodeContext,
  instanceId: string,
  options: { deadlineMs: number; signal: AbortSignal },
  work: (api: KubeApi, node: ClusterNode, signal: AbortSignal) => Promise<T>,
): Promise<T | 'no node' | 'unreachable'> {
  const late = AbortSignal.timeout(options.deadlineMs);
  const signal = AbortSignal.any([options.signal, late]);
  const found = await inTransaction(context.pool, async (tx) => {
    const node = await readClusterNode(tx, instanceId);
    return node && { node, access: await accessOrNull(() => readKubeAccess(tx, context.vault, node.clusterUuid)) };
  });
  if (!found) return 'no node';
  if (!found.access) return 'unreachable';
  const api = new KubeApi(found.access);
  try {
    for (;;) {
      try {
        return await work(api, found.node, signal);
      } catch (thrown) {
        options.signal.throwIfAborted();
        const code = thrown instanceof TesseraError ? thrown.code : null;
        if (!late.aborted && code === 'not_found') return 'no node';
        if (!late.aborted && code !== 'kubernetes_unavailable' && code !== 'conflict') throw thrown;
        if (late.aborted) {
          context.log?.info({ instance: instanceId, err: thrown }, 'the API of the cluster does not answer now');
          return 'unreachable';
        }
      }
      // the deadline ends the sleep; the next try sees it
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await api.close();
  }
}

/** The Node object. Throws not_found when the cluster does not know it. */
export async function readNode(api: KubeApi, name: string, signal: AbortSignal): Promise<NodeObject> {
  return Node.parse(await api.send({ path: `/api/v1/nodes/${name}`, signal }));
}

/** When the kubelet of a node last renewed its lease; empty without a lease. */
export async function readLeaseTime(api: KubeApi, name: string, signal: AbortSignal): Promise<string> {
  try {
    const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`;
    return Lease.parse(await api.send({ path, signal })).spec.renewTime ?? '';
  } catch (thrown) {
    if (thrown instanceof TesseraError && thrown.code === 'not_found') return '';
    throw thrown;
  }
}

async function accessOrNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (thrown) {
    if (thrown instanceof TesseraError && thrown.code === 'kubernetes_unavailable') return null;
    throw thrown;
  }
}
