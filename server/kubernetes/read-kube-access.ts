import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { clusters } from '#db/schema/clusters.ts';
import type { Tx } from '#db/transaction.ts';
import { deploymentOfCluster } from '#model/cluster.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Vault } from '#server/platform/vault.ts';

const Certificate = z.object({ certificate: z.string(), private_key: z.string(), ca: z.string() });

/** How the platform itself talks to a cluster: address and the administrator's certificate, PEM. Never leaves the process. */
export type KubeAccess = { server: string; caPem: string; certificatePem: string; privateKeyPem: string };

/** Throws not_found for an unknown cluster, kubernetes_unavailable when it has no address or certificate yet. */
export async function readKubeAccess(tx: Tx, vault: Vault, clusterUuid: string): Promise<KubeAccess> {
  const [row] = await tx.db.select().from(clusters).where(eq(clusters.uuid, clusterUuid)).limit(1);
  if (!row) throw new TesseraError('not_found', `Cluster ${clusterUuid} is gone.`);
  const name = `/tessera/${deploymentOfCluster(clusterUuid)}/admin`;
  if (!row.masterAddress || !(await vault.has(tx, name)))
    throw new TesseraError('kubernetes_unavailable', `Cluster ${row.name} has no API address yet.`);
  const admin = Certificate.parse(JSON.parse(await vault.read(tx, name)));
  return {
    server: `https://${row.masterAddress}:${row.port}`,
    caPem: admin.ca,
    certificatePem: admin.certificate,
    privateKeyPem: admin.private_key,
  };
}
