import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { cacheFolder } from './installation.ts';
import { Refusal, say } from './say.ts';

const root = path.join(import.meta.dirname, '..');
/** Everything a page may be made of. Tests and the rest of the repository do not change the build. */
const inputs = [
  'app',
  'components',
  'model',
  'server',
  'db',
  'agent/protocol.ts',
  'public',
  'tiles',
  'proxy.ts',
  'instrumentation.ts',
  'next.config.mjs',
  'postcss.config.mjs',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
];
const lockPollMs = 250;

/** Folder of the built console (`server.js` in it), built now when no build of these sources is in the cache. */
export async function buildConsole(cache: string): Promise<string> {
  const key = hashInputs();
  const target = path.join(cache, 'console', key);
  if (existsSync(target)) return target;
  mkdirSync(path.dirname(target), { recursive: true });
  const unlock = await lockBuild();
  try {
    // Another process may have built it while this one waited for the lock.
    if (existsSync(target)) return target;
    say('building the console (about a minute, once for each version)');
    await runNextBuild(key);
    store(target);
    return target;
  } finally {
    unlock();
  }
}

function hashInputs(): string {
  const hash = createHash('sha256');
  for (const input of inputs.flatMap((name) => filesBelow(path.join(root, name)))) {
    hash.update(path.relative(root, input)).update('\0').update(readFileSync(input)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

function filesBelow(location: string): string[] {
  if (!existsSync(location)) return [];
  if (!statSync(location).isDirectory()) return location.endsWith('.test.ts') ? [] : [location];
  return readdirSync(location)
    .sort()
    .flatMap((name) => filesBelow(path.join(location, name)));
}

/** Next refuses two builds in one folder. The lock names its owner, so that a killed build blocks nobody. */
async function lockBuild(): Promise<() => void> {
  const file = path.join(root, 'node_modules', '.console-build.lock');
  for (let waited = false; ; waited = true) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch {
      const owner = existsSync(file) ? readFileSync(file, 'utf8') : '';
      if (owner !== '' && !existsSync(`/proc/${owner}`)) rmSync(file, { force: true });
      if (!waited) say(`waiting for another build of the console (process ${owner})`);
      await sleep(lockPollMs);
    }
  }
}

async function runNextBuild(buildId: string): Promise<void> {
  const next = path.join(root, 'node_modules', 'next', 'dist', 'bin', 'next');
  const child = spawn(process.execPath, [next, 'build'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', TESSERA_BUILD_ID: buildId },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code === 0) return;
  throw new Refusal(`The console could not be built (next build ended with ${code}):\n${output.trim()}`);
}

/** The standalone folder lacks `public` and `.next/static`; with them it runs anywhere on this machine. */
function store(target: string): void {
  const partial = `${target}.${process.pid}`;
  const copy = (from: string, to: string) => {
    if (existsSync(from)) cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  };
  copy(path.join(root, '.next', 'standalone'), partial);
  // Bundled already; Next takes folder reads in them for files to carry along. Its own setting for leaving them out
  // (outputFileTracingExcludes) also hits `server` folders inside node_modules.
  for (const sources of ['app', 'components', 'server'])
    rmSync(path.join(partial, sources), { recursive: true, force: true });
  copy(path.join(root, '.next', 'static'), path.join(partial, '.next', 'static'));
  copy(path.join(root, 'public'), path.join(partial, 'public'));
  copyServerMaps(partial);
  try {
    renameSync(partial, target);
  } catch (error) {
    // The lock is one of this checkout; another checkout of the same sources was faster.
    if (!existsSync(target)) throw error;
    rmSync(partial, { recursive: true });
  }
}

/** So that stacks in the log name the source (25 MB); Next leaves the maps of chunks out. */
function copyServerMaps(partial: string): void {
  const chunks = path.join('.next', 'server', 'chunks');
  for (const map of globSync('**/*.map', { cwd: path.join(root, chunks) })) {
    cpSync(path.join(root, chunks, map), path.join(partial, chunks, map));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    say(`console built in ${await buildConsole(cacheFolder())}`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
