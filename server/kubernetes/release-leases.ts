import { z } from 'zod';
import { TesseraError } from '#server/platform/error.ts';
import type { KubeApi } from './kube-api.ts';
import { type NodeContext, withNode } from './node-service.ts';

const DEADLINE_MS = 1500;
const FOLDER = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';
/** The programs of a master of which one in the cluster leads. */
const LEADERS = ['kube-controller-manager', 'kube-scheduler'];

const Lease = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  spec: z.looseObject({ holderIdentity: z.string().nullish() }),
});

/**
 * Gives back the leases of the programs that led on a master, as they do themselves when they end well: those of another master lead within a
 * second or two instead of after eight, and until then nobody takes dead pods from the endpoints of a service. Only for a VM that is surely
 * off: two must never lead. Idempotent; 'unreachable' when the API does not answer within 1.5 s. Source: client-go,
 * tools/leaderelection, `release`.
 */
export async function releaseLeases(
  context: NodeContext,
  instanceId: string,
  signal: AbortSignal,
): Promise<'done' | 'no node' | 'unreachable'> {
  return withNode(context, instanceId, { deadlineMs: DEADLINE_MS, signal }, async (api, { node }, inTime) => {
    await Promise.all(LEADERS.map((program) => release(api, program, node, inTime)));
    return 'done' as const;
  });
}

async function release(api: KubeApi, program: string, node: string, signal: AbortSignal): Promise<void> {
  const path = `${FOLDER}/${program}`;
  try {
    const { metadata, spec } = Lease.parse(await api.send({ path, signal }));
    // `<host name>_<uuid>`
    if (!spec.holderIdentity?.startsWith(`${node}_`)) return;
    // the version: whoever leads by now keeps it
    const { resourceVersion } = metadata;
    const body = { metadata: { resourceVersion }, spec: { holderIdentity: null, leaseDurationSeconds: 1 } };
    await api.send({ method: 'PATCH', path, body, signal });
  } catch (thrown) {
    // a single master's programs do not elect
    if (thrown instanceof TesseraError && thrown.code === 'not_found') return;
    throw thrown;
  }
}
