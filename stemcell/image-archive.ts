import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import { hashFile } from './hash-file.ts';

/** One path of an image, without a leading slash. Folders above it are made. */
export type ImageFile =
  | { path: string; kind: 'copy'; from: string; mode?: number }
  | { path: string; kind: 'text'; text: string; mode?: number }
  | { path: string; kind: 'link'; to: string }
  | { path: string; kind: 'folder'; mode?: number };

export type Image = {
  /** Full name with tag, as pods name it. */
  name: string;
  entrypoint: string[];
  cmd?: string[];
  env?: string[];
  user?: string;
  exposedPorts?: string[];
  files: ImageFile[];
};

const EPOCH = new Date(0);

/**
 * Writes a docker-archive (layer tar, configuration, manifest.json) that `ctr images import`, `podman load` and `docker load` read.
 * Equal input gives equal bytes: all times are 0, all owners root.
 */
export async function writeImageArchive(destination: string, image: Image, signal: AbortSignal): Promise<void> {
  const layer = `${destination}.layer`;
  try {
    await writeLayer(layer, image.files, signal);
    await wrapLayer(destination, image, layer, signal);
  } finally {
    await rm(layer, { force: true });
  }
}

/** As writeImageArchive, with a layer tar that is there already. */
export async function wrapLayer(
  destination: string,
  image: Omit<Image, 'files'>,
  layer: string,
  signal: AbortSignal,
): Promise<void> {
  const diffId = await hashFile(layer, signal);
  const config = JSON.stringify(imageConfig(image, diffId));
  const configId = createHash('sha256').update(config).digest('hex');
  const manifest = [{ Config: `${configId}.json`, RepoTags: [image.name], Layers: [`${diffId}/layer.tar`] }];
  await writeTar(destination, signal, async (archive) => {
    await addText(archive, `${configId}.json`, config, 0o644);
    await addFile(archive, `${diffId}/layer.tar`, layer, 0o644);
    await addText(archive, 'manifest.json', JSON.stringify(manifest), 0o644);
  });
}

function imageConfig(image: Omit<Image, 'files'>, diffId: string) {
  return {
    architecture: 'amd64',
    os: 'linux',
    created: EPOCH.toISOString(),
    config: {
      Entrypoint: image.entrypoint,
      Cmd: image.cmd ?? [],
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...(image.env ?? [])],
      User: image.user ?? '',
      WorkingDir: '/',
      ExposedPorts: Object.fromEntries((image.exposedPorts ?? []).map((port) => [port, {}])),
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
    history: [{ created: EPOCH.toISOString(), created_by: 'tessera stemcell build' }],
  };
}

async function writeLayer(destination: string, files: ImageFile[], signal: AbortSignal): Promise<void> {
  const made = new Set<string>();
  await writeTar(destination, signal, async (layer) => {
    for (const file of files) {
      await addParents(layer, file.path, made);
      if (file.kind === 'folder') {
        made.add(file.path);
        layer.entry({ name: `${file.path}/`, type: 'directory', mode: file.mode ?? 0o755, mtime: EPOCH });
      } else if (file.kind === 'link') {
        layer.entry({ name: file.path, type: 'symlink', linkname: file.to, mode: 0o777, mtime: EPOCH });
      } else if (file.kind === 'text') {
        await addText(layer, file.path, file.text, file.mode ?? 0o644);
      } else {
        await addFile(layer, file.path, file.from, file.mode ?? 0o755);
      }
    }
  });
}

async function addParents(layer: Pack, path: string, made: Set<string>): Promise<void> {
  const parent = posix.dirname(path);
  if (parent === '.' || made.has(parent)) return;
  await addParents(layer, parent, made);
  made.add(parent);
  layer.entry({ name: `${parent}/`, type: 'directory', mode: 0o755, mtime: EPOCH });
}

async function addText(archive: Pack, name: string, text: string, mode: number): Promise<void> {
  archive.entry({ name, mode, mtime: EPOCH }, text);
}

async function addFile(archive: Pack, name: string, from: string, mode: number): Promise<void> {
  const { size } = await stat(from);
  await pipeline(createReadStream(from, { highWaterMark: 1 << 20 }), archive.entry({ name, mode, size, mtime: EPOCH }));
}

/** Writes a tar file; `fill` adds the entries while the file is being written. */
export async function writeTar(
  destination: string,
  signal: AbortSignal,
  fill: (archive: Pack) => Promise<void>,
): Promise<void> {
  const archive = pack({ highWaterMark: 1 << 20 });
  const filled = fill(archive).then(
    () => archive.finalize(),
    // the pipeline below fails with this very error
    (error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  await pipeline(archive, createWriteStream(destination), { signal });
  await filled;
}
