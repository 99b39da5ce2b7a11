import { z } from 'zod';
import { TesseraError } from '#server/platform/error.ts';
import type { KubeApi } from './kube-api.ts';

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
 * off: two must never lead. Idempotent. Source: client-go, tools/leaderelection, `release`.
 */
export async function releaseLeases(api: KubeApi, node: string, signal: AbortSignal): Promise<void> {
  await Promise.all(LEADERS.map((program) => release(api, program, node, signal)));
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
