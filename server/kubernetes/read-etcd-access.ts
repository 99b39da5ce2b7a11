import { and, asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { instances } from '#db/schema/deployments.ts';
import type { Tx } from '#db/transaction.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Vault } from '#server/platform/vault.ts';

const Certificate = z.object({ certificate: z.string(), private_key: z.string(), ca: z.string() });
const MOST_MASTERS = 5;

/** Where the etcd of a cluster answers, and the client certificate for it, PEM. Never leaves the process. */
export type EtcdAccess = {
  /** By index; `node` is also the member's name. */
  masters: { instance: string; node: string; address: string }[];
  caPem: string;
  certificatePem: string;
  privateKeyPem: string;
};

/** Throws kubernetes_unavailable when the deployment has no masters or no certificate (yet). */
export async function readEtcdAccess(tx: Tx, vault: Vault, deployment: string): Promise<EtcdAccess> {
  const rows = await tx.db
    .select({ instance: instances.id, index: instances.index, address: instances.address })
    .from(instances)
    .where(and(eq(instances.deployment, deployment), eq(instances.groupName, 'master')))
    .orderBy(asc(instances.index))
    .limit(MOST_MASTERS);
  const name = `/tessera/${deployment}/tls-etcdctl`;
  if (rows.length === 0 || !(await vault.has(tx, name)))
    throw new TesseraError('kubernetes_unavailable', `${deployment} has no etcd yet.`);
  const client = Certificate.parse(JSON.parse(await vault.read(tx, name)));
  return {
    masters: rows.map((row) => ({ instance: row.instance, node: `master-${row.index}`, address: row.address })),
    caPem: client.ca,
    certificatePem: client.certificate,
    privateKeyPem: client.private_key,
  };
}
