import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addToDatastore } from './datastore.ts';
import type { Driver } from './driver.ts';

let folder: string;
let driver: Driver;
const options = { signal: new AbortController().signal };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datastore-'));
  // of a driver, only the state folder is used here
  driver = { config: { state: folder } } as Driver;
  await writeFile(join(folder, 'archive'), 'one');
});
afterEach(() => rm(folder, { recursive: true }));

test('a file appears under its path, is no link to the original, and is replaced by a newer one', async () => {
  const target = join(folder, 'datastore', 'service-instance_1', 'images', 'x.tar');
  await addToDatastore(driver, 'service-instance_1/images/x.tar', join(folder, 'archive'), options);
  expect(await readFile(target, 'utf8')).toBe('one');
  expect((await stat(target)).nlink).toBe(1);
  await writeFile(join(folder, 'archive'), 'two');
  await addToDatastore(driver, 'service-instance_1/images/x.tar', join(folder, 'archive'), options);
  expect(await readFile(target, 'utf8')).toBe('two');
});

test('a path that leads out of the datastore is refused', async () => {
  const from = join(folder, 'archive');
  for (const path of ['../x.tar', 'a/../../x.tar', '/etc/x', 'a//b'])
    await expect(addToDatastore(driver, path, from, options)).rejects.toMatchObject({ code: 'invalid_input' });
});
