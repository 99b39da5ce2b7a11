import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KUBERNETES_PROGRAMS } from './build-kubernetes.ts';
import { type CacheEntry, cacheEntry } from './cache-entry.ts';
import { fetchKubernetes } from './fetch-kubernetes.ts';
import type { BuildContext } from './progress.ts';

const VERSION = '1.99.7';
const PATH = `/release/v${VERSION}/bin/linux/amd64/`;

let cache: string;
let context: BuildContext;
let said: string[];
let built: number;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'stemcell-mirror-'));
  said = [];
  built = 0;
  context = { cache, signal: AbortSignal.timeout(20_000), progress: ({ message }) => said.push(message) };
});
afterEach(() => rm(cache, { recursive: true, force: true }));

/** Stands in for nine minutes of compiling; leaves the entry that a real build leaves. */
const build = async (version: string, buildContext: BuildContext): Promise<CacheEntry> => {
  return cacheEntry(
    {
      kind: 'kubernetes',
      inputs: { version, source: 'test' },
      build: async (folder) => {
        built += 1;
        await writeFile(join(folder, 'kubernetes'), 'compiled');
      },
    },
    buildContext,
  );
};

const binaryOf = (name: string) => Buffer.from(`binary ${name} `.repeat(20_000));
const sumOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

type Answer = (name: string, response: ServerResponse, request: IncomingMessage) => boolean;

/** A mirror of official files; `answer` may take a request over and says so. Answers its address and how often each file was asked for. */
async function startMirror(answer: Answer = () => false) {
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    const name = (request.url ?? '').replace(PATH, '');
    asked.set(name, (asked.get(name) ?? 0) + 1);
    if (answer(name, response, request)) return;
    const program = KUBERNETES_PROGRAMS.find((known) => name === known || name === `${known}.sha256`);
    if (program === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.end(name.endsWith('.sha256') ? sumOf(binaryOf(program)) : binaryOf(program));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the mirror has no port');
  const stop = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { url: `http://127.0.0.1:${address.port}`, asked, [Symbol.asyncDispose]: stop };
}

const entriesOf = async (kind: string) => (await readdir(join(cache, kind))).filter((name) => !name.endsWith('.lock'));

test('official binaries come from the mirror, checked and executable, and once only', async () => {
  await using mirror = await startMirror();
  const entry = await fetchKubernetes({ version: VERSION, mirror: mirror.url, build }, context);
  for (const name of KUBERNETES_PROGRAMS) {
    expect((await readFile(join(entry.folder, name))).equals(binaryOf(name))).toBe(true);
  }
  const again = await fetchKubernetes({ version: VERSION, mirror: mirror.url, build }, context);
  expect(again.folder).toBe(entry.folder);
  expect(mirror.asked.get('kubelet')).toBe(1);
  expect(built).toBe(0);
});

test('a wrong checksum stops the build after three tries and leaves nothing in the cache', async () => {
  await using mirror = await startMirror((name, response) => {
    if (name !== 'kubelet') return false;
    response.end(Buffer.concat([binaryOf('kubelet'), Buffer.from('!')]));
    return true;
  });
  await expect(fetchKubernetes({ version: VERSION, mirror: mirror.url, build }, context)).rejects.toThrow(
    /kubelet has the SHA-256 .* thrown away/,
  );
  expect(mirror.asked.get('kubelet')).toBe(3);
  expect(await entriesOf('kubernetes')).toEqual([]);
  expect(built).toBe(0);
});

test('a transfer that is reset once is tried again', async () => {
  let resets = 0;
  await using mirror = await startMirror((name, response, request) => {
    if (name !== 'kube-proxy' || resets > 0) return false;
    resets += 1;
    response.writeHead(200, { 'content-length': binaryOf('kube-proxy').length });
    response.write(binaryOf('kube-proxy').subarray(0, 1000), () => request.socket.resetAndDestroy());
    return true;
  });
  const entry = await fetchKubernetes({ version: VERSION, mirror: mirror.url, build }, context);
  expect((await readFile(join(entry.folder, 'kube-proxy'))).equals(binaryOf('kube-proxy'))).toBe(true);
  expect(resets).toBe(1);
});

test('a mirror that always breaks off is passed over, and says why', async () => {
  await using mirror = await startMirror((name, response, request) => {
    if (name !== 'kubectl') return false;
    // fewer bytes than announced, then the end
    response.writeHead(200, { 'content-length': binaryOf('kubectl').length });
    response.write(binaryOf('kubectl').subarray(0, 1000), () => request.socket.end());
    return true;
  });
  const entry = await fetchKubernetes({ version: VERSION, mirror: mirror.url, build }, context);
  expect(entry.members.map((member) => member.path)).toEqual(['kubernetes']);
  expect(mirror.asked.get('kubectl')).toBe(3);
  expect(said.join('\n')).toContain('broke off 3 times');
  expect(await entriesOf('kubernetes')).toEqual([entry.key]);
});

test.each([
  ['nobody listens', 'http://127.0.0.1:9'],
  ['the name is unknown', 'http://mirror.invalid'],
])('compiles when %s', async (_title, mirror) => {
  const startedAt = performance.now();
  await fetchKubernetes({ version: VERSION, mirror, build }, context);
  expect(built).toBe(1);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(said.join('\n')).toContain('does not answer');
});

test('compiles when the mirror lacks this version, or answers with a web page', async () => {
  await using mirror = await startMirror();
  await fetchKubernetes({ version: '1.2.3', mirror: mirror.url, build }, context);
  await using portal = await startMirror((_name, response) => {
    response.end('<html>Please log in</html>');
    return true;
  });
  await fetchKubernetes({ version: '1.2.4', mirror: portal.url, build }, context);
  expect(built).toBe(2);
  expect(said.join('\n')).toContain('is no SHA-256 checksum');
});

test('`none` asks no mirror', async () => {
  await fetchKubernetes({ version: VERSION, mirror: 'none', build }, context);
  expect(built).toBe(1);
  expect(said).toEqual([]);
});

test('a cancelled download stops and does not fall back to compiling', async () => {
  const stop = new AbortController();
  await using mirror = await startMirror((name, response) => {
    if (name !== 'kubelet') return false;
    response.writeHead(200, { 'content-length': 10_000_000 });
    response.write('x');
    stop.abort(new Error('cancelled by test'));
    return true;
  });
  await expect(
    fetchKubernetes({ version: VERSION, mirror: mirror.url, build }, { ...context, signal: stop.signal }),
  ).rejects.toThrow('cancelled by test');
  expect(built).toBe(0);
  expect(await entriesOf('kubernetes')).toEqual([]);
});
