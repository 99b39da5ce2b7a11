import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { JobSpec } from '#model/job.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { JobSource } from './render-job.ts';

/** Finds a job by product slug (the manifest's `release`) and job name. Rejects with not_found or product_file_rejected. */
export type ReadJob = (release: string, job: string) => Promise<JobSource>;

const TILES = fileURLToPath(new URL('../../tiles', import.meta.url));
const NAME = /^[a-z0-9][a-z0-9-]*$/;

/** Jobs of the tiles in a folder (`<slug>/jobs/<job>/job.yml` and `templates/`), kept in memory until `job.yml` is written again. */
export function jobsInFolder(tiles: string = TILES): ReadJob {
  const kept = new Map<string, { mtimeMs: number; source: JobSource }>();
  return async (release, job) => {
    if (!NAME.test(release) || !NAME.test(job))
      throw new TesseraError('not_found', `${release}/${job} is no name of a job.`);
    const folder = join(tiles, release, 'jobs', job);
    const mtimeMs = await newestChange(folder, release, job);
    const found = kept.get(folder);
    if (found?.mtimeMs === mtimeMs) return found.source;
    const source = await readJob(folder, release, job);
    kept.set(folder, { mtimeMs, source });
    return source;
  };
}

/** The jobs of the tiles that come with Tessera. */
export const readBuiltInJob: ReadJob = jobsInFolder();

/** `job.yml` text → JobSpec; throws product_file_rejected naming the job and each fault. */
export function parseJobSpec(text: string, release: string, job: string): JobSpec {
  const parsed = JobSpec.safeParse(parse(text, { maxAliasCount: 0 }));
  if (parsed.success && parsed.data.name === job) return parsed.data;
  const faults = parsed.success
    ? `name is ${parsed.data.name}`
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new TesseraError('product_file_rejected', `Job ${job} of ${release}: job.yml is wrong (${faults}).`);
}

async function readJob(folder: string, release: string, job: string): Promise<JobSource> {
  const spec = parseJobSpec(await readFile(join(folder, 'job.yml'), 'utf8'), release, job);
  const names = Object.keys(spec.templates);
  const texts = names.length === 0 ? [] : await readTemplates(join(folder, 'templates'), names, release, job);
  return { spec, templates: Object.fromEntries(texts) };
}

async function readTemplates(
  folder: string,
  names: string[],
  release: string,
  job: string,
): Promise<[string, string][]> {
  const present = new Set(await readdir(folder));
  const missing = names.find((name) => !present.has(name));
  if (missing !== undefined)
    throw new TesseraError('product_file_rejected', `Job ${job} of ${release}: template ${missing} is missing.`);
  return Promise.all(
    names.map(async (name): Promise<[string, string]> => [name, await readFile(join(folder, name), 'utf8')]),
  );
}

async function newestChange(folder: string, release: string, job: string): Promise<number> {
  try {
    return (await stat(join(folder, 'job.yml'))).mtimeMs;
  } catch (cause) {
    throw new TesseraError('not_found', `Product ${release} has no job ${job}.`, { cause });
  }
}
