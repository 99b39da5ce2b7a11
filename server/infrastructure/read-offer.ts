import type { Tx } from '#db/transaction.ts';
import type { CloudConfig } from '#model/cloud-config.ts';
import { tesseraErrorOf } from '#server/platform/error.ts';
import { readCloudConfig } from '#server/products/read-cloud-config.ts';

/** What the infrastructure offers; nothing before the director tile is applied. */
export async function readOffer(tx: Tx): Promise<Pick<CloudConfig, 'azs' | 'vm_types'>> {
  try {
    return await readCloudConfig(tx);
  } catch (error) {
    if (tesseraErrorOf(error)?.code !== 'not_configured') throw error;
    return { azs: [], vm_types: [] };
  }
}
