import type { Tx } from '#db/transaction.ts';
import type { CloudConfig } from '#model/cloud-config.ts';
import { DIRECTOR_SLUG } from '#model/product.ts';
import { TesseraError } from '#server/platform/error.ts';
import { findStaged } from './product-row.ts';
import { renderCloudConfig } from './render-cloud-config.ts';

/** Cloud config of the director as last applied; throws not_configured before its first apply. */
export async function readCloudConfig(tx: Tx): Promise<CloudConfig> {
  const director = await findStaged(tx, DIRECTOR_SLUG);
  if (!director?.deployedConfiguration) {
    throw new TesseraError('not_configured', 'The BOSH Director is not applied yet. Apply its tile first.');
  }
  return renderCloudConfig(director.deployedConfiguration);
}

/** Cloud config of the director as staged: what an apply of everything would write. Throws not_configured. */
export async function readStagedCloudConfig(tx: Tx): Promise<CloudConfig> {
  const director = await findStaged(tx, DIRECTOR_SLUG);
  if (!director)
    throw new TesseraError('not_configured', 'The BOSH Director is not staged yet. Add it on the dashboard first.');
  return renderCloudConfig(director.configuration);
}
