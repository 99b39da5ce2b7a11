import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { TesseraError } from '#server/platform/error.ts';
import { cacheEntry } from './cache-entry.ts';
import { downloadFile } from './download-file.ts';
import { GO_TOOLCHAIN } from './lines.ts';
import type { BuildContext } from './progress.ts';
import { runCommand } from './run-command.ts';

const PLACES = ['go', '/usr/local/go/bin/go', '/usr/lib/go/bin/go'];

/** Path of a `go` that is new enough: the machine's own, else the toolchain that the proxy named by GOPROXY serves as a module (72 MB, once). */
export async function findGo(context: BuildContext): Promise<string> {
  const seen: string[] = [];
  for (const place of PLACES) {
    const version = await goVersion(place, context.signal);
    if (version === null) continue;
    if (isAtLeast(version, GO_TOOLCHAIN.minimum)) return place;
    seen.push(`${place} is ${version}`);
  }
  const reason = seen.length === 0 ? 'no Go on this machine' : seen.join(', ');
  context.progress({
    stage: 'kubernetes',
    done: 0,
    total: 0,
    message: `${reason}; getting Go ${GO_TOOLCHAIN.version}`,
  });
  try {
    return await fetchToolchain(context);
  } catch (error) {
    context.signal.throwIfAborted();
    throw new TesseraError(
      'stemcell_build_failed',
      `Kubernetes has to be compiled here, and that takes Go ${GO_TOOLCHAIN.minimum} or newer: ${reason}, and none could be fetched. Install Go ${GO_TOOLCHAIN.version} to /usr/local/go, or set GOPROXY to the address of a Go module proxy.`,
      { cause: error },
    );
  }
}

/** True when `version` (1.26.8) is `minimum` or newer. */
export function isAtLeast(version: string, minimum: string): boolean {
  const have = version.split('.').map(Number);
  const want = minimum.split('.').map(Number);
  for (const [index, part] of want.entries()) {
    const own = have[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}

async function goVersion(command: string, signal: AbortSignal): Promise<string | null> {
  try {
    const text = await runCommand(command, ['env', 'GOVERSION'], { signal, env: { GOTOOLCHAIN: 'local' } });
    return /^go(\d+\.\d+(?:\.\d+)?)/.exec(text)?.[1] ?? null;
  } catch (error) {
    signal.throwIfAborted();
    // not installed in this place, or not runnable: both mean "look further"
    if (error instanceof TesseraError) return null;
    throw error;
  }
}

async function fetchToolchain(context: BuildContext): Promise<string> {
  const { version, sum } = GO_TOOLCHAIN;
  const inputs = { version, sum };
  const entry = await cacheEntry(
    { kind: 'go-toolchain', inputs, build: (folder) => unpackToolchain(folder, context) },
    context,
  );
  return join(entry.folder, 'bin', 'go');
}

async function unpackToolchain(folder: string, context: BuildContext): Promise<void> {
  const { version, sum } = GO_TOOLCHAIN;
  const [proxy] = goProxies(process.env.GOPROXY);
  if (proxy === undefined) throw new Error('GOPROXY names no address');
  const zip = join(folder, 'toolchain.zip');
  const url = `${proxy}/golang.org/toolchain/@v/v0.0.1-go${version}.linux-amd64.zip`;
  await downloadFile(url, zip, { signal: context.signal });
  const actual = await unzipModule(zip, `golang.org/toolchain@v0.0.1-go${version}.linux-amd64/`, folder);
  if (actual !== sum)
    throw new TesseraError(
      'stemcell_build_failed',
      `The Go toolchain from ${proxy} has the checksum ${actual}, not ${sum}.`,
    );
  await rm(zip);
}

/** The addresses in a GOPROXY value, without the words `direct` and `off`. */
export function goProxies(value: string | undefined): string[] {
  return (value ?? '').split(/[,|]/).filter((part) => part.startsWith('http'));
}

/** Unpacks a Go module zip below `folder` and returns its checksum as the Go checksum database writes it (h1). */
async function unzipModule(zip: string, prefix: string, folder: string): Promise<string> {
  const file = await promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)(zip, { lazyEntries: true });
  const openStream = promisify<yauzl.Entry, Readable>(file.openReadStream.bind(file));
  const lines: { name: string; line: string }[] = [];
  await new Promise<void>((resolve, reject) => {
    file.once('error', reject);
    file.once('end', resolve);
    file.on('entry', (entry: yauzl.Entry) => {
      unzipEntry(entry, prefix, folder, openStream).then((digest) => {
        lines.push({ name: entry.fileName, line: `${digest}  ${entry.fileName}\n` });
        file.readEntry();
      }, reject);
    });
    file.readEntry();
  });
  // the module format fixes this: sorted "sha256  name" lines, hashed once more
  lines.sort((a, b) => (a.name < b.name ? -1 : 1));
  const total = createHash('sha256');
  for (const { line } of lines) total.update(line);
  return `h1:${total.digest('base64')}`;
}

async function unzipEntry(
  entry: yauzl.Entry,
  prefix: string,
  folder: string,
  open: (entry: yauzl.Entry) => Promise<Readable>,
): Promise<string> {
  const relative = normalize(entry.fileName.slice(prefix.length));
  if (!entry.fileName.startsWith(prefix) || relative.startsWith('..') || relative.startsWith('/')) {
    throw new TesseraError(
      'stemcell_build_failed',
      `The Go toolchain archive holds the path ${entry.fileName}, which leads out of it.`,
    );
  }
  const target = join(folder, relative);
  await mkdir(dirname(target), { recursive: true });
  await pipeline(await open(entry), createWriteStream(target));
  // module zips carry no modes; go itself marks these two places
  if (relative.startsWith('bin/') || relative.startsWith('pkg/tool/')) await chmod(target, 0o755);
  return createHash('sha256')
    .update(await readFile(target))
    .digest('hex');
}
