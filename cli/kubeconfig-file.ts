import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { CliError } from './cli-error.ts';
import type { Environment } from './creds.ts';

// loose everywhere: what other tools keep in the file must survive
const Named = z.looseObject({ name: z.string() });
const Kubeconfig = z.looseObject({
  apiVersion: z.string().default('v1'),
  kind: z.string().default('Config'),
  clusters: z.array(Named).nullish(),
  contexts: z.array(Named).nullish(),
  users: z.array(Named).nullish(),
  'current-context': z.string().optional(),
});
export type Kubeconfig = z.infer<typeof Kubeconfig>;

/** First file of `$KUBECONFIG`, by default `~/.kube/config`: where kubectl writes, too. */
export function kubeconfigFile(environment: Environment): string {
  const named = environment.KUBECONFIG?.split(delimiter).find((file) => file !== '');
  return named ?? join(homedir(), '.kube', 'config');
}

/** Merges cluster, context and user into the file and makes the context current; the old file stays when anything is wrong. */
export function mergeKubeconfig(file: string, answer: unknown): Kubeconfig {
  const added = Kubeconfig.required({ 'current-context': true }).parse(answer);
  const merged = merge(readKubeconfig(file), added);
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, stringify(merged), { mode: 0o600 });
  renameSync(draft, file);
  return added;
}

/** Pure: entries of `added` replace those of the same name; everything else stays. */
export function merge(existing: Kubeconfig, added: Kubeconfig): Kubeconfig {
  return {
    ...existing,
    clusters: byName(existing.clusters, added.clusters),
    contexts: byName(existing.contexts, added.contexts),
    users: byName(existing.users, added.users),
    'current-context': added['current-context'] ?? existing['current-context'] ?? '',
  };
}

type Entries = Kubeconfig['clusters'];
function byName(existing: Entries, added: Entries): NonNullable<Entries> {
  const names = (added ?? []).map((entry) => entry.name);
  return [...(existing ?? []).filter((entry) => !names.includes(entry.name)), ...(added ?? [])];
}

function readKubeconfig(file: string): Kubeconfig {
  try {
    return Kubeconfig.parse(parse(readFileSync(file, 'utf8')) ?? {});
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return Kubeconfig.parse({});
    throw new CliError(`${file} is no readable kubeconfig; it was left as it is. Repair or move it, then try again.`, {
      cause,
    });
  }
}
