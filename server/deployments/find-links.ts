import type { JobSpec } from '#model/job.ts';
import type { Manifest, ManifestJob } from '#model/manifest.ts';
import { TesseraError } from '#server/platform/error.ts';
import { type Link, mergeProperties, type TemplateInstance } from './render-job.ts';

export type SpecOf = (job: ManifestJob) => JobSpec;

type Provider = { group: string; job: ManifestJob; spec: JobSpec; name: string; type: string; properties: string[] };

/**
 * Links of one job: each that it consumes by the provider its manifest names (`from`), else by the only provider of that type in the deployment.
 * Pure. An optional link without provider is null; a missing or ambiguous one throws invalid_input.
 */
export function findLinks(
  manifest: Manifest,
  job: ManifestJob,
  specOf: SpecOf,
  instancesOf: (group: string) => TemplateInstance[],
): Record<string, Link | null> {
  const providers = listProviders(manifest, specOf);
  return Object.fromEntries(
    specOf(job).consumes.map((wanted) => {
      const provider = chooseProvider(providers, job, wanted);
      if (provider === null) return [wanted.name, null];
      return [wanted.name, { instances: instancesOf(provider.group), properties: shownProperties(provider) }];
    }),
  );
}

function listProviders(manifest: Manifest, specOf: SpecOf): Provider[] {
  return manifest.instance_groups.flatMap((group) =>
    group.jobs.flatMap((job) => {
      const spec = specOf(job);
      return spec.provides.map((provided) => ({ ...provided, group: group.name, job, spec }));
    }),
  );
}

function chooseProvider(providers: Provider[], job: ManifestJob, wanted: JobSpec['consumes'][number]): Provider | null {
  const from = job.consumes[wanted.name]?.from;
  const found = providers.filter(
    (provider) => provider.type === wanted.type && (from === undefined || provider.name === from),
  );
  if (found.length === 0 && wanted.optional) return null;
  const [first, second] = found;
  if (first && !second) return first;
  const reason = first
    ? `several jobs provide it (${found.map((provider) => `${provider.group}/${provider.job.name}`).join(', ')})`
    : 'no job provides it';
  throw new TesseraError(
    'invalid_input',
    `Job ${job.name} consumes link ${wanted.name} of type ${wanted.type}: ${reason}.`,
  );
}

function shownProperties(provider: Provider): Record<string, unknown> {
  const all = mergeProperties(provider.spec, provider.job.properties);
  return Object.fromEntries(provider.properties.map((name) => [name, all[name] ?? null]));
}
