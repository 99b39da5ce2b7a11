import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { jobsInFolder, readBuiltInJob } from './read-jobs.ts';

const TILES = new URL('../../tiles/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'jobs-'));
afterAll(() => rmSync(folder, { recursive: true }));

const builtIn = readdirSync(TILES, { withFileTypes: true, recursive: true })
  .filter((entry) => entry.name === 'job.yml')
  .map((entry) => entry.parentPath.slice(TILES.length).split('/jobs/'));

function writeJob(text: string): void {
  mkdirSync(join(folder, 'p/jobs/web/templates'), { recursive: true });
  writeFileSync(join(folder, 'p/jobs/web/job.yml'), text);
}

describe('jobs of the tiles', () => {
  test.each(builtIn)('%s/%s is a good job and all its templates are there', async (release = '', job = '') => {
    const { spec, templates } = await readBuiltInJob(release, job);
    const files = readdirSync(join(TILES, release, 'jobs', job)).includes('templates')
      ? readdirSync(join(TILES, release, 'jobs', job, 'templates'))
      : [];
    expect(spec.description).not.toBe('');
    expect(Object.keys(templates).sort()).toEqual(files.sort());
  });

  test('there are some', () => {
    expect(builtIn.length).toBeGreaterThanOrEqual(15);
  });
});

describe('a job in a folder', () => {
  const readJob = jobsInFolder(folder);

  test('that is not there, or whose name leaves the folder, is not found', async () => {
    await expect(readJob('p', 'nothing')).rejects.toMatchObject({ code: 'not_found' });
    await expect(readJob('p', '../../etc')).rejects.toMatchObject({ code: 'not_found' });
  });

  test.each([
    ['an unknown key', 'name: web\nprocesess: []\n', 'procesess'],
    ['another name', 'name: webb\n', 'name is webb'],
    ['a missing template', 'name: web\ntemplates: {a.liquid: config/a}\n', 'template a.liquid is missing'],
    ['an alias', 'name: &a web\ndescription: *a\n', 'Alias resolution is disabled'],
  ])('with %s is refused', async (_what, text, reason) => {
    writeJob(text);
    await expect(jobsInFolder(folder)('p', 'web')).rejects.toThrow(reason);
  });

  test('is read again when it was written again', async () => {
    writeJob('name: web\ndescription: one\n');
    expect((await readJob('p', 'web')).spec.description).toBe('one');
    writeJob('name: web\ndescription: two\n');
    utimesSync(join(folder, 'p/jobs/web/job.yml'), 1, 1);
    expect((await readJob('p', 'web')).spec.description).toBe('two');
  });
});
