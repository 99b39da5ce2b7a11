import type { Pool } from 'pg';
import { z } from 'zod';
import { inTransaction } from '#db/transaction.ts';
import { KubeApi } from '#server/kubernetes/kube-api.ts';
import { readKubeAccess } from '#server/kubernetes/read-kube-access.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Vault } from '#server/platform/vault.ts';
import { probeObject } from './choose-probes.ts';

const NAMESPACE = 'kube-system';
const DNS_PORT = 53;
const OWNER = 'tessera-drill';

const Service = z.object({ spec: z.object({ ports: z.array(z.object({ nodePort: z.number() })).min(1) }) });
const ConfigMap = z.object({ data: z.record(z.string(), z.string()).optional() });

type Reach = { pool: Pool; vault: Vault };

const configMapPath = (drillId: number): string => `/api/v1/namespaces/${NAMESPACE}/configmaps/${probeObject(drillId)}`;
const servicePath = (drillId: number): string => `/api/v1/namespaces/${NAMESPACE}/services/${probeObject(drillId)}`;

/** Where writes go; the same object is read. */
export const writePath = configMapPath;

/** Puts into the cluster what is written to, and a node port for DNS; answers that port. Doing so twice is fine. */
export function arrangeProbes(
  reach: Reach,
  drill: { id: number; clusterUuid: string },
  signal: AbortSignal,
): Promise<number> {
  const metadata = {
    name: probeObject(drill.id),
    namespace: NAMESPACE,
    labels: { 'app.kubernetes.io/managed-by': OWNER },
  };
  const apply = `?fieldManager=${OWNER}&force=true`;
  return withCluster(reach, drill.clusterUuid, async (api) => {
    await api.send({
      method: 'PATCH',
      patch: 'apply',
      path: `${configMapPath(drill.id)}${apply}`,
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata },
      signal,
    });
    const service = await api.send({
      method: 'PATCH',
      patch: 'apply',
      path: `${servicePath(drill.id)}${apply}`,
      body: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: {
          type: 'NodePort',
          selector: { 'k8s-app': 'kube-dns' },
          ports: [{ name: 'dns', port: DNS_PORT, targetPort: DNS_PORT, protocol: 'TCP' }],
        },
      },
      signal,
    });
    return Service.parse(service).spec.ports[0]?.nodePort ?? 0;
  });
}

/** Keys that are in the cluster now: what became of the writes. */
export function readWrites(
  reach: Reach,
  drill: { id: number; clusterUuid: string },
  signal: AbortSignal,
): Promise<Set<string>> {
  return withCluster(reach, drill.clusterUuid, async (api) => {
    const found = ConfigMap.parse(await api.send({ path: configMapPath(drill.id), signal }));
    return new Set(Object.keys(found.data ?? {}));
  });
}

/** Takes it out again; what is gone is gone. */
export function removeProbes(
  reach: Reach,
  drill: { id: number; clusterUuid: string },
  signal: AbortSignal,
): Promise<void> {
  return withCluster(reach, drill.clusterUuid, async (api) => {
    for (const path of [configMapPath(drill.id), servicePath(drill.id)]) {
      await api.send({ method: 'DELETE', path, signal }).catch((thrown: unknown) => {
        if (!(thrown instanceof TesseraError) || thrown.code !== 'not_found') throw thrown;
      });
    }
  });
}

async function withCluster<T>(
  { pool, vault }: Reach,
  clusterUuid: string,
  ask: (api: KubeApi) => Promise<T>,
): Promise<T> {
  const access = await inTransaction(pool, (tx) => readKubeAccess(tx, vault, clusterUuid));
  const api = new KubeApi(access);
  try {
    return await ask(api);
  } finally {
    await api.close();
  }
}
