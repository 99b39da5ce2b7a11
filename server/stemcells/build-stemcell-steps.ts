import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';
import type { StemcellManifest } from '#model/stemcell.ts';
import type { Cpi } from '#server/cpi/cpi.ts';
import { systemClock } from '#server/platform/clock.ts';
import type { Config } from '#server/platform/config.ts';
import type { Stemcell } from '#stemcell/assemble-stemcell.ts';
import { buildStemcell, type StemcellSources } from '#stemcell/build.ts';
import { buildAddons } from '#stemcell/build-addons.ts';
import { buildImages } from '#stemcell/build-images.ts';
import { buildRootfs } from '#stemcell/build-rootfs.ts';
import { fetchKubernetes } from '#stemcell/fetch-kubernetes.ts';
import { findLine, type StemcellLine } from '#stemcell/lines.ts';
import type { BuildContext } from '#stemcell/progress.ts';
import { verifyStemcell } from '#stemcell/verify-stemcell.ts';
import { logProgress } from './log-progress.ts';
import { recordStemcell } from './record-stemcell.ts';

/** What a part works with; the installer's step context has all of it. */
export type PartContext = {
  config: Config;
  cpi: Cpi;
  pool: Pool;
  log: (line: string, level?: 'info' | 'warn' | 'error') => Promise<void>;
  signal: AbortSignal;
};

/** One part of a stemcell build. Idempotent: what is done lies in the cache and is found there by its inputs. */
export type StemcellPart = { name: string; title: string; run: (context: PartContext) => Promise<void> };

/** The parts of building stemcell `<os>/<version>`, in order. Throws not_found when there is no such line. */
export function buildStemcellParts(stemcell: string): StemcellPart[] {
  const line = findLine(stemcell);
  const part = (
    name: string,
    title: string,
    run: (sources: StemcellSources, build: BuildContext, context: PartContext) => Promise<unknown>,
  ) => ({
    name,
    title,
    run: (context: PartContext) => runPart(line, run, context),
  });
  return [
    part('rootfs', `Install Debian ${line.os}`, ({ debianMirror }, build) =>
      buildRootfs({ suite: line.os, debianMirror }, build),
    ),
    part('kubernetes', `Get Kubernetes ${line.kubernetes}`, ({ kubernetesMirror }, build) =>
      fetchKubernetes({ version: line.kubernetes, mirror: kubernetesMirror }, build),
    ),
    part('addons', 'Compile flannel, CoreDNS and add-ons', (_sources, build) => buildAddons(line, build)),
    part('images', 'Make container images', async ({ debianMirror }, build) => {
      const rootfs = await buildRootfs({ suite: line.os, debianMirror }, build);
      await buildImages(line, { rootfs, addons: await buildAddons(line, build) }, debianMirror, build);
    }),
    part('assemble', 'Assemble the stemcell', (sources, build) => buildStemcell(sources, build)),
    { name: 'import', title: 'Import the stemcell', run: (context) => importPart(line, context) },
    { name: 'verify', title: 'Boot a VM from it and look', run: (context) => verifyPart(line, context) },
    { name: 'record', title: 'Record the stemcell', run: (context) => recordPart(line, context) },
  ];
}

async function runPart(
  line: StemcellLine,
  run: (sources: StemcellSources, build: BuildContext, context: PartContext) => Promise<unknown>,
  context: PartContext,
): Promise<void> {
  if (context.config.cpi === 'simulated') {
    await context.log('simulated infrastructure: nothing to build');
    return;
  }
  await withBuild(context, (build) => run(sourcesOf(line, context), build, context));
}

async function importPart(line: StemcellLine, context: PartContext): Promise<void> {
  const { folder } = await finishedStemcell(line, context);
  const cid = await context.cpi.createStemcell(folder, { signal: context.signal });
  await context.log(`imported as ${cid}`);
}

async function verifyPart(line: StemcellLine, context: PartContext): Promise<void> {
  if (context.config.cpi === 'simulated') {
    await context.log('simulated infrastructure: nothing to boot');
    return;
  }
  const { folder, manifest } = await finishedStemcell(line, context);
  const cid = await context.cpi.createStemcell(folder, { signal: context.signal });
  const progress = logProgress(context.log, systemClock);
  try {
    await verifyStemcell({
      socket: context.config.containerSocket,
      cid,
      kubernetes: manifest.kubernetes,
      labels: { 'tessera.installation': context.config.installation.id },
      signal: context.signal,
      say: (message) => progress.say({ stage: 'verify', done: 0, total: 0, message }),
    });
  } finally {
    await progress.flush();
  }
}

async function recordPart(line: StemcellLine, context: PartContext): Promise<void> {
  const { folder, manifest } = await finishedStemcell(line, context);
  const cid = await context.cpi.createStemcell(folder, { signal: context.signal });
  await inTransaction(context.pool, (tx) => recordStemcell(tx, { folder, manifest, cid }));
  await context.log(`stemcell ${manifest.os}/${manifest.version} is ready`);
}

/** The stemcell as the parts before left it in the cache; a part that was lost since is built again. */
async function finishedStemcell(line: StemcellLine, context: PartContext): Promise<Stemcell> {
  if (context.config.cpi === 'simulated') return simulatedStemcell(line, context.config);
  return withBuild(context, (build) => buildStemcell(sourcesOf(line, context), build));
}

async function withBuild<T>(context: PartContext, run: (build: BuildContext) => Promise<T>): Promise<T> {
  const progress = logProgress(context.log, systemClock);
  try {
    return await run({ cache: context.config.cache, signal: context.signal, progress: progress.say });
  } finally {
    await progress.flush();
  }
}

function sourcesOf(line: StemcellLine, { config }: PartContext): StemcellSources {
  return { line, kubernetesMirror: config.kubernetesMirror, debianMirror: config.debianMirror };
}

/** Simulated VMs run nothing: a manifest is all their stemcell is. */
async function simulatedStemcell(line: StemcellLine, config: Config): Promise<Stemcell> {
  const folder = join(config.state, 'simulated-stemcells', `${line.os}-${line.version}`);
  const manifest: StemcellManifest = {
    name: line.name,
    os: line.os,
    version: line.version,
    kubernetes: line.kubernetes,
    key: `simulated-${line.os}-${line.version}`,
    builtAt: systemClock.now().toISOString(),
    revision: 'simulated',
    packages: { kubernetes: line.kubernetes },
    members: [],
    images: [],
    layers: [],
    archives: [],
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return { folder, manifest };
}
