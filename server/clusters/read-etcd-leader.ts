import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';
import { deploymentOfCluster } from '#model/cluster.ts';
import type { Actor } from '#model/role.ts';
import { EtcdApi } from '#server/kubernetes/etcd-api.ts';
import { readEtcdAccess } from '#server/kubernetes/read-etcd-access.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Vault } from '#server/platform/vault.ts';
import { readCluster } from './read-cluster.ts';

/** Longer than the patience of one question, so that a silent master costs the answer of no other. */
const PATIENCE_MS = 5000;

/** Instance id of the master whose etcd member leads; null when nobody answers or there is no leader. Throws not_found, forbidden. */
export async function readEtcdLeader(pool: Pool, vault: Vault, name: string, actor: Actor): Promise<string | null> {
  const access = await inTransaction(pool, async (tx) => {
    const { uuid } = await readCluster(tx, name, actor);
    return readEtcdAccess(tx, vault, deploymentOfCluster(uuid)).catch((error: unknown) => {
      // a cluster that is being made has no etcd yet
      if (error instanceof TesseraError && error.code === 'kubernetes_unavailable') return null;
      throw error;
    });
  });
  if (!access) return null;
  const etcd = new EtcdApi(access);
  try {
    const leader = await etcd.leader(AbortSignal.timeout(PATIENCE_MS));
    return access.masters.find((master) => master.address === leader)?.instance ?? null;
  } finally {
    await etcd.close();
  }
}
