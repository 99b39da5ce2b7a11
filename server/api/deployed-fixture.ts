import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { products, stagedProducts } from '#db/schema/products.ts';
import { stemcells } from '#db/schema/stemcells.ts';
import type { Tx } from '#db/transaction.ts';
import { SYSTEM_ACTOR } from '#model/role.ts';
import { adoptUaaSettings } from '#server/identity/adopt-uaa-settings.ts';
import type { Vault } from '#server/platform/vault.ts';
import { loadTile, TILES_FOLDER } from '#server/products/load-tile.ts';
import { stageDirector, stageProduct } from '#server/products/stage-product.ts';

/** For tests: the two tiles of this repository on the dashboard, and the stemcell they want. */
export async function stageTiles(tx: Tx, vault: Vault, apiHostname?: string): Promise<void> {
  for (const slug of ['p-bosh', 'pivotal-container-service']) {
    const { metadata } = await loadTile(join(TILES_FOLDER, slug));
    await tx.db.insert(products).values({
      slug,
      productVersion: metadata.product_version,
      label: metadata.label,
      digest: 'test',
      metadata,
      path: 'test',
      sizeBytes: 0,
      importedBy: 'test',
    });
    const productVersion = metadata.product_version;
    if (slug === 'p-bosh')
      await stageDirector(tx, vault, { productVersion, subnet: { cidr: '10.99.0.0/24', gateway: '10.99.0.1' } });
    else
      await stageProduct(
        tx,
        vault,
        { slug, productVersion, defaults: apiHostname ? { '.properties.pks_api_hostname': apiHostname } : {} },
        SYSTEM_ACTOR,
      );
    if (metadata.stemcell_criteria) {
      const { os, version } = metadata.stemcell_criteria;
      await tx.db
        .insert(stemcells)
        .values({ name: `${os}/${version}.1`, os, stemcellVersion: `${version}.1`, state: 'ready' });
    }
  }
}

/** For tests: the same after a first Apply changes, without VMs. */
export async function deployTiles(tx: Tx, vault: Vault, apiHostname: string): Promise<void> {
  await stageTiles(tx, vault, apiHostname);
  await markDeployed(tx, vault);
}

/** For tests: what the end of Apply changes records. */
export async function markDeployed(tx: Tx, vault: Vault): Promise<void> {
  await tx.db.update(stagedProducts).set({
    deployedVersion: sql`${stagedProducts.productVersion}`,
    deployedConfiguration: sql`jsonb_set(${stagedProducts.configuration}, '{network_and_azs,service_network}', '{"name":"default"}')`,
  });
  await adoptUaaSettings(tx, vault);
}
