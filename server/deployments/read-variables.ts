import { z } from 'zod';
import type { Tx } from '#db/transaction.ts';
import type { Manifest, ManifestJob } from '#model/manifest.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Vault } from '#server/platform/vault.ts';
import { type ReadVariable, referencesOf } from './resolve-references.ts';

const Fields = z.record(z.string(), z.string());

/**
 * Opens the secrets that `jobs` refer to, each once, and returns how to read them. A relative name is a variable of the deployment
 * (`/tessera/<deployment>/<name>`, with the instance's id behind it when there is one for each instance); an absolute name must lie in the folder of the deployment or of its
 * product, so that no form value can ask for another's secret.
 */
export async function readVariables(
  tx: Tx,
  vault: Vault,
  manifest: Manifest,
  instanceId: string,
  jobs: ManifestJob[],
): Promise<ReadVariable> {
  const opened = new Map<string, Promise<string | Record<string, string>>>();
  const read = (name: string): Promise<string | Record<string, string>> => {
    const known = opened.get(name);
    if (known !== undefined) return known;
    const value = readOne(tx, vault, manifest, instanceId, name);
    opened.set(name, value);
    return value;
  };
  // one after another: they share one connection. A name that fails here fails again where it is used, and there the place is known
  for (const name of referencesOf(jobs)) await read(name).catch(() => undefined);
  return read;
}

async function readOne(
  tx: Tx,
  vault: Vault,
  manifest: Manifest,
  instanceId: string,
  name: string,
): Promise<string | Record<string, string>> {
  if (name.startsWith('/')) return vault.read(tx, ownName(manifest, name));
  const variable = manifest.variables.find((candidate) => candidate.name === name);
  const path = `/tessera/${manifest.name}/${name}${variable?.per_instance ? `/${instanceId}` : ''}`;
  const value = await vault.read(tx, path);
  const isText = variable === undefined || variable.type === 'password';
  return isText ? value : Fields.parse(JSON.parse(value));
}

function ownName(manifest: Manifest, name: string): string {
  const folders = [
    `/tessera/${manifest.name}/`,
    ...(manifest.tags.product ? [`/products/${manifest.tags.product}/`] : []),
  ];
  if (folders.some((folder) => name.startsWith(folder))) return name;
  throw new TesseraError('forbidden', `Deployment ${manifest.name} may not read ${name}: it belongs to another.`);
}
