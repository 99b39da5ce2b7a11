import { z } from 'zod';
import type { Tx } from '#db/transaction.ts';
import type { Manifest, ManifestJob } from '#model/manifest.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Vault } from '#server/platform/vault.ts';
import { type ReadVariable, referencesOf } from './resolve-references.ts';

const Fields = z.record(z.string(), z.string());

/**
 * Opens the secrets that `jobs` refer to, all in one query, and returns how to read them. A relative name is a variable of the deployment
 * (`/tessera/<deployment>/<name>`, with the instance's id behind it when there is one for each instance); an absolute name must lie in the
 * folder of the deployment or of its product, so that no form value can ask for another's secret.
 */
export async function readVariables(
  tx: Tx,
  vault: Vault,
  manifest: Manifest,
  instanceId: string,
  jobs: ManifestJob[],
): Promise<ReadVariable> {
  const pathOf = (name: string): string => pathOfVariable(manifest, instanceId, name);
  const paths = referencesOf(jobs).map(pathOf);
  const values = await vault.readMany(
    tx,
    paths.filter((path) => isOwn(manifest, path)),
  );
  return async (name) => {
    const path = pathOf(name);
    if (!isOwn(manifest, path)) {
      throw new TesseraError('forbidden', `Deployment ${manifest.name} may not read ${path}: it belongs to another.`);
    }
    const value = values.get(path);
    if (value === undefined) throw new TesseraError('not_found', `No secret is named ${path}.`);
    const type = manifest.variables.find((candidate) => candidate.name === name)?.type ?? 'password';
    return type === 'password' ? value : Fields.parse(JSON.parse(value));
  };
}

function pathOfVariable(manifest: Manifest, instanceId: string, name: string): string {
  if (name.startsWith('/')) return name;
  const variable = manifest.variables.find((candidate) => candidate.name === name);
  return `/tessera/${manifest.name}/${name}${variable?.per_instance ? `/${instanceId}` : ''}`;
}

function isOwn(manifest: Manifest, path: string): boolean {
  const { product } = manifest.tags;
  return (
    path.startsWith(`/tessera/${manifest.name}/`) || (product !== undefined && path.startsWith(`/products/${product}/`))
  );
}
