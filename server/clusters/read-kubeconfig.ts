import { lookup } from 'node:dns/promises';
import { z } from 'zod';
import type { Tx } from '#db/transaction.ts';
import { canCluster, deploymentOfCluster } from '#model/cluster.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { authorize } from '#server/identity/authorize.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Vault } from '#server/platform/vault.ts';
import { buildKubeconfig, type Kubeconfig } from './build-kubeconfig.ts';
import { findClusterRow, toClusterView } from './cluster-rows.ts';

const Certificate = z.object({ certificate: z.string(), private_key: z.string(), ca: z.string() });

/**
 * The administrator's kubeconfig of a cluster, audited. It names the external host name when that resolves to the cluster's address here,
 * else the address; the server's certificate is valid for both. Throws not_found, forbidden, busy (no address yet).
 */
export async function readKubeconfig(tx: Tx, vault: Vault, name: string, actor: Actor): Promise<Kubeconfig> {
  const row = await findClusterRow(tx, name, 'read');
  authorize(actor, 'read-kubeconfig', { ownedBy: row.owner });
  const view = toClusterView(row);
  if (!view.masterAddress || !canCluster.credentials(view.lastActionState)) {
    throw new TesseraError(
      'busy',
      `Cluster ${row.name} has no address yet: ${row.lastAction} ${row.lastActionState}. Wait until it has succeeded.`,
    );
  }
  const admin = Certificate.parse(JSON.parse(await vault.read(tx, `/tessera/${deploymentOfCluster(row.uuid)}/admin`)));
  const host = (await resolvesTo(view.externalHostname, view.masterAddress))
    ? view.externalHostname
    : view.masterAddress;
  await appendAudit(tx, actor, 'read-kubeconfig', `cluster/${row.uuid}`, { name: row.name });
  return buildKubeconfig({
    name: row.name,
    server: `https://${host}:${view.port}`,
    caPem: admin.ca,
    certificatePem: admin.certificate,
    privateKeyPem: admin.private_key,
  });
}

async function resolvesTo(hostname: string, address: string): Promise<boolean> {
  if (hostname === address) return true;
  try {
    const found = await lookup(hostname, { all: true, family: 4 });
    return found.some((entry) => entry.address === address);
  } catch {
    // a name that does not resolve is the ordinary case before DNS is set up: the address serves
    return false;
  }
}
