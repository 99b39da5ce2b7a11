import { inTransaction } from '#db/transaction.ts';
import { KubeApi } from '#server/kubernetes/kube-api.ts';
import { readKubeAccess } from '#server/kubernetes/read-kube-access.ts';
import type { StepContext } from './step.ts';

/** Runs `work` with the API of a cluster and closes it afterwards. */
export async function withKubeApi<T>(
  { pool, vault }: Pick<StepContext, 'pool' | 'vault'>,
  clusterUuid: string,
  work: (api: KubeApi) => Promise<T>,
): Promise<T> {
  const api = new KubeApi(await inTransaction(pool, (tx) => readKubeAccess(tx, vault, clusterUuid)));
  try {
    return await work(api);
  } finally {
    await api.close();
  }
}
