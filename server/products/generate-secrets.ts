import { generateKeyPairSync } from 'node:crypto';
import type { Tx } from '#db/transaction.ts';
import { fieldOf } from '#model/form.ts';
import type { ProductMetadata, StagedConfiguration } from '#model/product.ts';
import { isCredential, type PropertyBlueprint } from '#model/property.ts';
import { TesseraError } from '#server/platform/error.ts';
import { newSecret, newUuid } from '#server/platform/ids.ts';
import type { Vault } from '#server/platform/vault.ts';
import { sealValue } from './secret-leaves.ts';

/** Properties that nobody types: generated once when a product is staged, kept over upgrades, shown on the Credentials tab. */
export async function generateSecrets(
  tx: Tx,
  vault: Vault,
  guid: string,
  metadata: ProductMetadata,
  configuration: StagedConfiguration,
): Promise<StagedConfiguration> {
  const next = structuredClone(configuration);
  for (const { reference, blueprint } of generatedBlueprints(metadata)) {
    if (next.properties[reference] !== undefined && next.properties[reference] !== null) continue;
    const field = fieldOf(reference, blueprint, { label: labelOfCredential(reference) });
    const sealed = await sealValue(field, generate(reference, blueprint), null, guid, async () => false);
    for (const leaf of sealed.put) await vault.put(tx, { ...leaf, kind: 'property' });
    next.properties[reference] = sealed.stored;
  }
  return next;
}

/** Blueprints with `configurable: false` that hold a credential or a UUID, with their references. */
export function generatedBlueprints(metadata: ProductMetadata): { reference: string; blueprint: PropertyBlueprint }[] {
  const all = [
    ...metadata.property_blueprints.map((blueprint) => ({ reference: `.properties.${blueprint.name}`, blueprint })),
    ...metadata.job_types.flatMap((job) =>
      job.property_blueprints.map((blueprint) => ({ reference: `.${job.name}.${blueprint.name}`, blueprint })),
    ),
  ];
  return all.filter(
    ({ blueprint }) => !blueprint.configurable && (isCredential(blueprint.type) || blueprint.type === 'uuid'),
  );
}

/** `Pks Uaa Management Admin Client`, as the Credentials tab of Ops Manager spells names. */
export const labelOfCredential = (reference: string): string =>
  (reference.split('.').at(-1) ?? reference)
    .split(/[_-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');

function generate(reference: string, blueprint: PropertyBlueprint): unknown {
  switch (blueprint.type) {
    case 'secret':
      return { secret: newSecret() };
    case 'simple_credentials':
      return { identity: blueprint.name.replaceAll('_', '-'), password: newSecret() };
    case 'salted_credentials':
      return {
        identity: blueprint.name.replaceAll('_', '-'),
        password: newSecret(),
        salt: newSecret(16),
        hash: newSecret(),
      };
    case 'rsa_pkey_credentials': {
      const pair = generateKeyPairSync('rsa', {
        modulusLength: 2048,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      });
      return { public_key_pem: pair.publicKey, private_key_pem: pair.privateKey };
    }
    case 'uuid':
      return newUuid();
    default:
      throw new TesseraError(
        'invalid_input',
        `${reference}: a ${blueprint.type} cannot be generated. Make it configurable in the tile.`,
      );
  }
}
