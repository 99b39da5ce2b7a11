import { parseArgs } from 'node:util';
import { causeChain } from '#server/platform/error.ts';
import { assembleStemcell, type Stemcell } from './assemble-stemcell.ts';
import { buildAddons } from './build-addons.ts';
import { buildBase } from './build-base.ts';
import { buildImages } from './build-images.ts';
import { buildRootfs } from './build-rootfs.ts';
import { bundleAgent } from './bundle-agent.ts';
import type { CacheEntry } from './cache-entry.ts';
import { fetchKubernetes } from './fetch-kubernetes.ts';
import { findLine, STEMCELL_LINES, type StemcellLine } from './lines.ts';
import type { BuildContext, BuildProgress } from './progress.ts';
import { stemcellRevision } from './stemcell-revision.ts';

/** Where the parts come from: `kubernetesMirror` and `debianMirror` as in the configuration, empty = default. */
export type StemcellSources = { line: StemcellLine; kubernetesMirror: string; debianMirror: string };

/** The parts that take long, each by itself in the cache. */
export type StemcellBinaries = { rootfs: CacheEntry; kubernetes: CacheEntry; addons: CacheEntry };

/** Operating system, Kubernetes and add-ons, from the cache or built now. */
export async function buildBinaries(sources: StemcellSources, context: BuildContext): Promise<StemcellBinaries> {
  const { line, debianMirror, kubernetesMirror } = sources;
  return {
    rootfs: await buildRootfs({ suite: line.os, debianMirror }, context),
    kubernetes: await fetchKubernetes({ version: line.kubernetes, mirror: kubernetesMirror }, context),
    addons: await buildAddons(line, context),
  };
}

/** A whole stemcell. With a full cache it takes a second; with an empty one 6–12 min on 2 cores. */
export async function buildStemcell(sources: StemcellSources, context: BuildContext): Promise<Stemcell> {
  const bundles = await bundleAgent(context);
  const binaries = await buildBinaries(sources, context);
  const images = await buildImages(sources.line, binaries, sources.debianMirror, context);
  const base = await buildBase(binaries, context);
  const revision = await stemcellRevision(sources.line, context);
  return assembleStemcell(sources.line, { ...binaries, base, images, bundles, revision }, context);
}

/** `node stemcell/build.ts [--line trixie/1.36.3] [--cache DIR]`: builds in the foreground and prints the folder. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { line: { type: 'string' }, cache: { type: 'string' } } });
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  const line = findLine(values.line ?? `${STEMCELL_LINES[0].os}/${STEMCELL_LINES[0].version}`);
  const cache = values.cache ?? process.env.TESSERA_CACHE ?? '/var/cache/tessera';
  const { TESSERA_KUBERNETES_MIRROR: kubernetesMirror = '', TESSERA_DEBIAN_MIRROR: debianMirror = '' } = process.env;
  const context = { cache, signal: stop.signal, progress: progressPrinter() };
  const { folder } = await buildStemcell({ line, kubernetesMirror, debianMirror }, context);
  process.stdout.write(`stemcell: ${folder}\n`);
}

/** One line a second at most, and every change of stage. */
function progressPrinter(): (progress: BuildProgress) => void {
  let stage = '';
  let printedAt = 0;
  return (progress) => {
    const now = performance.now();
    if (progress.stage === stage && progress.total > 0 && progress.done < progress.total && now - printedAt < 1000)
      return;
    stage = progress.stage;
    printedAt = now;
    const count = progress.total > 0 ? ` ${progress.done}/${progress.total}` : '';
    process.stdout.write(`${stage}${count}: ${progress.message}\n`);
  };
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(`${causeChain(error)}\n`);
    process.exitCode = 1;
  });
}
