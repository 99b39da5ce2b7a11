import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { StemcellManifest } from '#model/stemcell.ts';
import { systemClock } from '#server/platform/clock.ts';
import { findNode, linkOrCopy } from './build-base.ts';
import { readImages } from './build-images.ts';
import { writeAgentLayer } from './bundle-agent.ts';
import { type CacheEntry, type CacheMember, cacheEntry } from './cache-entry.ts';
import { hashFile } from './hash-file.ts';
import type { StemcellLine } from './lines.ts';
import type { BuildContext } from './progress.ts';

export type StemcellParts = {
  rootfs: CacheEntry;
  kubernetes: CacheEntry;
  base: CacheEntry;
  images: CacheEntry;
  /** File name below /opt/tessera → content. */
  bundles: Record<string, string>;
  /** Digest of the sources, see stemcell-revision.ts. */
  revision: string;
};

/** A finished stemcell: its folder in the cache, which is what a CPI imports, and its manifest. */
export type Stemcell = { folder: string; manifest: StemcellManifest };

/** `rootfs.tar`, `agent.tar`, `images/*.tar`, `kubectl` and `manifest.json` in one folder. Large files are links into the cache: about 3 s. */
export async function assembleStemcell(
  line: StemcellLine,
  parts: StemcellParts,
  context: BuildContext,
): Promise<Stemcell> {
  const inputs = stemcellInputs(line, parts);
  const entry = await cacheEntry(
    { kind: 'stemcells', inputs, build: (folder, key) => fill(folder, { key, line, parts }, context) },
    context,
  );
  return readStemcell(entry.folder);
}

/** Reads a stemcell folder; throws zod's error when the manifest is not one. */
export async function readStemcell(folder: string): Promise<Stemcell> {
  const manifest = StemcellManifest.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')));
  return { folder, manifest };
}

function stemcellInputs(line: StemcellLine, parts: StemcellParts) {
  const agent = Object.entries(parts.bundles).map(([name, text]) => [
    name,
    createHash('sha256').update(text).digest('hex'),
  ]);
  return {
    line,
    base: parts.base.members,
    images: parts.images.members,
    kubectl: kubectlMember(parts.kubernetes)?.sha256,
    agent,
  };
}

type Filling = { key: string; line: StemcellLine; parts: StemcellParts };

async function fill(folder: string, { key, line, parts }: Filling, context: BuildContext): Promise<void> {
  context.progress({ stage: 'assemble', done: 0, total: 2, message: 'putting the layers together' });
  await mkdir(join(folder, 'images'));
  const images = await readImages(parts.images.folder);
  await linkOrCopy(join(parts.base.folder, 'rootfs.tar'), join(folder, 'rootfs.tar'));
  for (const { file } of images) await linkOrCopy(join(parts.images.folder, file), join(folder, 'images', file));
  const kubectl = kubectlMember(parts.kubernetes);
  if (kubectl !== undefined) await linkOrCopy(join(parts.kubernetes.folder, kubectl.path), join(folder, 'kubectl'));
  const agentTar = join(folder, 'agent.tar');
  await writeAgentLayer(agentTar, parts.bundles, context.signal);

  const agent: CacheMember = {
    path: 'agent.tar',
    size: (await readFile(agentTar)).length,
    sha256: await hashFile(agentTar, context.signal),
  };
  const base = parts.base.members.filter((member) => member.path === 'rootfs.tar');
  const archives = parts.images.members
    .filter((member) => member.path.endsWith('.tar'))
    .map((member) => ({ ...member, path: `images/${member.path}` }));
  const members = [...base, agent, ...archives, ...(kubectl === undefined ? [] : [{ ...kubectl, path: 'kubectl' }])];
  const manifest: StemcellManifest = {
    name: line.name,
    os: line.os,
    version: line.version,
    kubernetes: line.kubernetes,
    key,
    builtAt: systemClock.now().toISOString(),
    revision: parts.revision,
    packages: await collectPackages(line, parts),
    members,
    images: images.map((image) => image.name),
    layers: [
      { name: 'base', path: 'rootfs.tar', sha256: base[0]?.sha256 ?? '' },
      { name: 'agent', path: 'agent.tar', sha256: agent.sha256 },
    ],
    archives: images.map((image) => ({ name: image.name, path: `images/${image.file}`, set: image.set })),
  };
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(StemcellManifest.parse(manifest), null, 2)}\n`);
  context.progress({
    stage: 'assemble',
    done: 2,
    total: 2,
    message: `stemcell ${line.name} ${line.version} is assembled`,
  });
}

/** The multi-call binary acts as kubectl under that name. */
function kubectlMember(kubernetes: CacheEntry): CacheMember | undefined {
  return (
    kubernetes.members.find((member) => member.path === 'kubectl') ??
    kubernetes.members.find((member) => member.path === 'kubernetes')
  );
}

/** Debian's packages, and what we added under the name it goes by. */
async function collectPackages(line: StemcellLine, parts: StemcellParts): Promise<Record<string, string>> {
  const debian = z
    .record(z.string(), z.string())
    .parse(JSON.parse(await readFile(join(parts.rootfs.folder, 'packages.json'), 'utf8')));
  return {
    ...debian,
    kubernetes: line.kubernetes,
    flannel: line.addons.flannel,
    coredns: line.addons.coredns,
    'local-path-provisioner': line.addons.localPathProvisioner,
    'metrics-server': line.addons.metricsServer,
    nodejs: (await findNode()).version,
  };
}
