import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { TesseraError } from '#server/platform/error.ts';
import { buildKubernetes, findBuiltKubernetes, KUBERNETES_PROGRAMS } from './build-kubernetes.ts';
import { type CacheEntry, cacheEntry, findEntry } from './cache-entry.ts';
import { ChecksumError, downloadFile, downloadText, MirrorAbsentError } from './download-file.ts';
import { KUBERNETES_MIRROR } from './lines.ts';
import type { BuildContext } from './progress.ts';

export type KubernetesSource = {
  version: string;
  /** Base address below which `release/vX/bin/linux/amd64/<name>` lies; empty = the public one, `none` = always build. */
  mirror: string;
  /** What compiles when no mirror helps. */
  build?: (version: string, context: BuildContext) => Promise<CacheEntry>;
};

/**
 * Kubernetes' programs: what the cache has, else official binaries from the mirror, else compiled from Go modules. A mirror that is absent or
 * keeps breaking off is passed over; one whose files do not match their checksums stops the build, because that may be an attack.
 */
export async function fetchKubernetes(source: KubernetesSource, context: BuildContext): Promise<CacheEntry> {
  const build = source.build ?? buildKubernetes;
  if (source.mirror === 'none') return build(source.version, context);

  const inputs = { version: source.version, source: 'official binaries' };
  const cached =
    (await findEntry('kubernetes', inputs, context)) ?? (await findBuiltKubernetes(source.version, context));
  if (cached !== null) return cached;

  const base = `${(source.mirror || KUBERNETES_MIRROR).replace(/\/$/, '')}/release/v${source.version}/bin/linux/amd64`;
  try {
    return await cacheEntry(
      { kind: 'kubernetes', inputs, build: (folder) => download(folder, base, context) },
      context,
    );
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof ChecksumError || !(error instanceof TesseraError)) throw error;
    const words = error instanceof MirrorAbsentError ? error.message : `The mirror is not usable: ${error.message}`;
    context.progress({
      stage: 'kubernetes',
      done: 0,
      total: 0,
      message: `${words} Compiling Kubernetes ${source.version} from Go modules instead`,
    });
  }
  return build(source.version, context);
}

async function download(folder: string, base: string, context: BuildContext): Promise<void> {
  const total = KUBERNETES_PROGRAMS.length;
  // all checksums first: an absent mirror is known after one short question
  const sums = new Map<string, string>();
  for (const name of KUBERNETES_PROGRAMS) sums.set(name, await readChecksum(`${base}/${name}.sha256`, context.signal));
  for (const [index, name] of KUBERNETES_PROGRAMS.entries()) {
    const file = join(folder, name);
    const say = (part: string) =>
      context.progress({ stage: 'kubernetes', done: index, total, message: `${name}: ${part}` });
    await downloadFile(`${base}/${name}`, file, {
      signal: context.signal,
      sha256: sums.get(name) ?? '',
      onBytes: (done, size) => say(`${Math.floor(done / 1e6)} of ${Math.floor(size / 1e6)} MB`),
    });
    await chmod(file, 0o755);
  }
  context.progress({ stage: 'kubernetes', done: total, total, message: 'official binaries are here, checksums right' });
}

async function readChecksum(url: string, signal: AbortSignal): Promise<string> {
  const text = await downloadText(url, signal);
  const sum = /^([0-9a-f]{64})\b/i.exec(text.trim())?.[1];
  // a captive portal or an error page answers 200 as well: that is no mirror
  if (sum === undefined) throw new MirrorAbsentError(`${url} is no SHA-256 checksum.`);
  return sum.toLowerCase();
}
