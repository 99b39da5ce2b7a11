import type { Tx } from '#db/transaction.ts';
import { CONTAINER_SERVICE_SLUG } from '#model/product.ts';
import { findStaged } from '#server/products/product-row.ts';
import { readContainerService } from '#server/products/read-container-service.ts';
import type { PksApi } from './rest-context.ts';

/** The Container Service as last applied; null before that. */
export async function readPksApi(tx: Tx): Promise<PksApi | null> {
  const product = await findStaged(tx, CONTAINER_SERVICE_SLUG);
  if (!product?.deployedConfiguration || !product.deployedVersion) return null;
  const service = await readContainerService(tx);
  return { hostname: service.apiHostname, productVersion: product.deployedVersion, plans: service.plans };
}
