import { z } from 'zod';
import type { Tx } from '#db/transaction.ts';
import { CONTAINER_SERVICE_SLUG } from '#model/product.ts';
import { secretName } from '#model/property.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Vault } from '#server/platform/vault.ts';
import { findStaged, readMetadataRow } from '#server/products/product-row.ts';
import { resolveProperties } from '#server/products/resolve-properties.ts';
import { setClientLifetimes, setClientSecret } from './save-client.ts';

const Settings = z.object({
  pks_uaa_management_admin_client: z.object({ secret: z.string() }),
  uaa_pks_cli_access_token_lifetime: z.number().int(),
  uaa_pks_cli_refresh_token_lifetime: z.number().int(),
  uaa_pks_cluster_access_token_lifetime: z.number().int(),
  uaa_pks_cluster_refresh_token_lifetime: z.number().int(),
});

/**
 * Takes what the deployed Container Service says of its UAA: the secret of the management client `admin` (the one that the Credentials tab
 * reveals) and the lifetimes of tokens. Run by the installer when the product's configuration becomes the deployed one; twice is as once.
 */
export async function adoptUaaSettings(tx: Tx, vault: Vault): Promise<void> {
  const product = await findStaged(tx, CONTAINER_SERVICE_SLUG);
  if (!product?.deployedConfiguration || !product.deployedVersion) {
    throw new TesseraError('not_configured', 'The Container Service is not applied yet. Apply its tile first.');
  }
  const metadata = await readMetadataRow(tx, product.slug, product.deployedVersion);
  const settings = Settings.parse(resolveProperties(metadata, product.deployedConfiguration).properties);
  const name = secretName(settings.pks_uaa_management_admin_client.secret);
  if (!name)
    throw new TesseraError(
      'internal',
      'The secret of the management client is not in the vault. Stage the product anew.',
    );
  await setClientSecret(tx, 'pks', 'admin', await vault.read(tx, name));
  await setClientLifetimes(tx, 'pks', 'pks_cli', {
    accessTokenSeconds: settings.uaa_pks_cli_access_token_lifetime,
    refreshTokenSeconds: settings.uaa_pks_cli_refresh_token_lifetime,
  });
  await setClientLifetimes(tx, 'pks', 'pks_cluster_client', {
    accessTokenSeconds: settings.uaa_pks_cluster_access_token_lifetime,
    refreshTokenSeconds: settings.uaa_pks_cluster_refresh_token_lifetime,
  });
}
