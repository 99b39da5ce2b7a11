import { describe, expect, test } from 'vitest';
import { JobSpec } from '#model/job.ts';
import { Manifest, type ManifestJob } from '#model/manifest.ts';
import { findLinks } from './find-links.ts';

const SPECS: Record<string, JobSpec> = {
  db: JobSpec.parse({
    name: 'db',
    provides: [{ name: 'db', type: 'database', properties: ['port'] }],
    properties: { port: { description: '', default: 5432 }, password: { description: '', default: 'hidden' } },
  }),
  web: JobSpec.parse({
    name: 'web',
    consumes: [
      { name: 'database', type: 'database' },
      { name: 'cache', type: 'cache', optional: true },
    ],
  }),
};
const specOf = (job: ManifestJob): JobSpec => SPECS[job.name] ?? JobSpec.parse({ name: job.name });

function manifestWith(groups: string[][], consumes: ManifestJob['consumes'] = {}): Manifest {
  return Manifest.parse({
    name: 'd',
    stemcell: { os: 'o', version: '1' },
    instance_groups: groups.map((jobs, index) => ({
      name: `g${index}`,
      instances: 1,
      azs: ['az1'],
      vm_type: 'small',
      network: 'n',
      jobs: jobs.map((name) => ({ name, release: 'p', ...(name === 'web' && { consumes }) })),
    })),
  });
}

function linksOf(manifest: Manifest) {
  const web = manifest.instance_groups.flatMap((group) => group.jobs).find((job) => job.name === 'web');
  if (!web) throw new Error('no web');
  return findLinks(manifest, web, specOf, () => []);
}

describe('links', () => {
  test('are found by type, show only the properties provided, and are null when optional and absent', () => {
    expect(linksOf(manifestWith([['db'], ['web']]))).toEqual({
      database: { instances: [], properties: { port: 5432 } },
      cache: null,
    });
  });

  test('are refused when nobody or more than one provides them', () => {
    expect(() => linksOf(manifestWith([['web']]))).toThrow(
      'consumes link database of type database: no job provides it',
    );
    expect(() => linksOf(manifestWith([['db'], ['db', 'web']]))).toThrow('several jobs provide it (g0/db, g1/db)');
  });

  test('are taken from the provider that the manifest names', () => {
    const manifest = manifestWith([['db'], ['web']], { database: { from: 'other' } });
    expect(() => linksOf(manifest)).toThrow('no job provides it');
    expect(linksOf(manifestWith([['db'], ['web']], { database: { from: 'db' } })).database).not.toBeNull();
  });
});
