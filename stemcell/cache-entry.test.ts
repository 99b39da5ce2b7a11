import { type ChildProcess, spawn } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cacheEntry } from './cache-entry.ts';
import type { BuildContext } from './progress.ts';

let cache: string;
let context: BuildContext;
let said: string[];

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'stemcell-cache-'));
  said = [];
  context = { cache, signal: AbortSignal.timeout(20_000), progress: ({ message }) => said.push(message) };
});
afterEach(() => rm(cache, { recursive: true, force: true }));

/** A build that notes each run in `builds` beside the cache and writes one file. */
const request = (inputs: unknown) => ({
  kind: 'thing',
  inputs,
  build: async (folder: string) => {
    await appendFile(join(cache, 'builds'), '.');
    await writeFile(join(folder, 'file'), 'content of the file');
  },
});
const buildCount = async () => (await readFile(join(cache, 'builds'), 'utf8')).length;

test('equal inputs are built once, whatever the order of their keys; other inputs apart', async () => {
  const first = await cacheEntry(request({ a: 1, b: [2, { c: 3 }] }), context);
  const second = await cacheEntry(request({ b: [2, { c: 3 }], a: 1 }), context);
  const other = await cacheEntry(request({ a: 1, b: [2, { c: 4 }] }), context);
  expect(second.folder).toBe(first.folder);
  expect(other.folder).not.toBe(first.folder);
  expect(await buildCount()).toBe(2);
});

test.each([
  ['truncated', (file: string) => writeFile(file, 'cont')],
  ['changed in place', (file: string) => writeFile(file, 'CONTENT of the file')],
  ['missing', (file: string) => rm(file)],
])('a member that is %s is noticed, said and built again', async (_title, damage) => {
  const { folder } = await cacheEntry(request(1), context);
  await damage(join(folder, 'file'));
  const again = await cacheEntry(request(1), context);
  expect(await readFile(join(again.folder, 'file'), 'utf8')).toBe('content of the file');
  expect(await buildCount()).toBe(2);
  expect(said.join('\n')).toMatch(/damaged \(.*file.*\); building it again/);
});

test('an unreadable list of members is damage too', async () => {
  const { folder } = await cacheEntry(request(1), context);
  await writeFile(join(folder, 'entry.json'), '{"kind":');
  await cacheEntry(request(1), context);
  expect(await buildCount()).toBe(2);
});

test('a build that fails leaves nothing behind and does not keep the lock', async () => {
  const failing = { ...request(1), build: () => Promise.reject(new Error('out of luck')) };
  await expect(cacheEntry(failing, context)).rejects.toThrow('out of luck');
  expect((await readdir(join(cache, 'thing'))).filter((name) => !name.endsWith('.lock'))).toEqual([]);
  await cacheEntry(request(1), context);
  expect(await buildCount()).toBe(1);
});

/** Another process that builds inputs `1` of the same cache and takes `ms` for it. */
function startBuilder(ms: number): ChildProcess {
  const source = `
    import { appendFile, writeFile } from 'node:fs/promises';
    import { join } from 'node:path';
    import { cacheEntry } from '${new URL('./cache-entry.ts', import.meta.url).href}';
    const cache = ${JSON.stringify(cache)};
    const build = async (folder) => {
      process.stdout.write('building\\n');
      await writeFile(join(folder, 'half'), 'half');
      await new Promise((resolve) => setTimeout(resolve, ${ms}));
      await appendFile(join(cache, 'builds'), '.');
      await writeFile(join(folder, 'file'), 'content of the file');
    };
    await cacheEntry({ kind: 'thing', inputs: 1, build }, { cache, signal: AbortSignal.timeout(20000), progress: () => {} });
    process.stdout.write('ready\\n');
  `;
  return spawn(process.execPath, ['--input-type=module-typescript', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function waitForWord(child: ChildProcess, word: string): Promise<void> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await vi.waitFor(() => expect(text).toContain(word), { timeout: 10_000, interval: 20 });
}

test('two processes that want the same build: one builds, the other waits and says for whom', async () => {
  const builder = startBuilder(800);
  await waitForWord(builder, 'building');
  const entry = await cacheEntry(request(1), context);
  expect(said).toEqual([`process ${builder.pid} builds the same; waiting for it`]);
  expect(await readFile(join(entry.folder, 'half'), 'utf8')).toBe('half');
  expect(await buildCount()).toBe(1);
  await vi.waitFor(() => expect(builder.exitCode).toBe(0), { timeout: 5000, interval: 20 });
});

test('a builder that was killed holds nothing up: its lock is gone and its half work is thrown away', async () => {
  const builder = startBuilder(60_000);
  await waitForWord(builder, 'building');
  const waiting = cacheEntry(request(1), context);
  await vi.waitFor(() => expect(said).toHaveLength(1), { timeout: 5000, interval: 20 });
  builder.kill('SIGKILL');
  const entry = await waiting;
  expect(await readdir(entry.folder)).not.toContain('half');
  expect(await buildCount()).toBe(1);
});

test('waiting for another builder ends with the signal', async () => {
  const builder = startBuilder(60_000);
  await waitForWord(builder, 'building');
  const stop = new AbortController();
  const waiting = cacheEntry(request(1), { ...context, signal: stop.signal });
  await vi.waitFor(() => expect(said).toHaveLength(1), { timeout: 5000, interval: 20 });
  stop.abort(new Error('no more patience'));
  await expect(waiting).rejects.toThrow('no more patience');
  builder.kill('SIGKILL');
});
