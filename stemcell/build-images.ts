import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { TesseraError } from '#server/platform/error.ts';
import { buildOrders } from './build-orders.ts';
import { type CacheEntry, cacheEntry } from './cache-entry.ts';
import { type Image, type ImageFile, writeImageArchive } from './image-archive.ts';
import { IMAGE_REGISTRY, ORDERS_VERSION, type StemcellLine } from './lines.ts';
import { unpackNginx } from './nginx-image.ts';
import type { BuildContext } from './progress.ts';
import { runCommand } from './run-command.ts';

/** Our pause has no upstream version. */
const PAUSE_VERSION = '1.0';

const ImagesFile = z.array(z.strictObject({ name: z.string(), file: z.string(), set: z.enum(['base', 'samples']) }));
/** `images.json` of the entry: full image name, archive file, and whether every cluster imports it at boot (`base`). */
export type ImagesFile = z.infer<typeof ImagesFile>;

const NGINX = { entrypoint: ['/usr/sbin/nginx', '-g', 'daemon off;'], exposedPorts: ['80/tcp'] };
/** Whose text decides what an image is, beside the pins. */
const RECIPE = [
  'build-images.ts',
  'nginx-image.ts',
  'image-archive.ts',
  'images/nginx.conf',
  'images/nginx-default.conf',
];

type Sources = { rootfs: CacheEntry; addons: CacheEntry };

/** Folder with one docker-archive per image and `images.json`. Made without any registry: static binaries and Debian's packages. */
export async function buildImages(
  line: StemcellLine,
  sources: Sources,
  debianMirror: string,
  context: BuildContext,
): Promise<CacheEntry> {
  const recipe = await Promise.all(RECIPE.map((file) => readFile(new URL(file, import.meta.url), 'utf8')));
  const orders = await buildOrders(context);
  const inputs = {
    rootfs: sources.rootfs.members,
    addons: sources.addons.members,
    orders: orders.members,
    line,
    recipe,
  };
  return cacheEntry(
    {
      kind: 'images',
      inputs,
      build: (folder) => makeImages(folder, line, { ...sources, orders }, debianMirror, context),
    },
    context,
  );
}

/** The list of archives in an images folder. */
export async function readImages(folder: string): Promise<ImagesFile> {
  return ImagesFile.parse(JSON.parse(await readFile(join(folder, 'images.json'), 'utf8')));
}

async function makeImages(
  folder: string,
  line: StemcellLine,
  sources: Sources & { orders: CacheEntry },
  debianMirror: string,
  context: BuildContext,
): Promise<void> {
  const work = join(folder, 'work');
  await mkdir(work);
  const busybox = await takeFromRootfs(sources.rootfs, 'usr/bin/busybox', join(work, 'busybox'), context);
  const tini = await takeFromRootfs(sources.rootfs, 'usr/bin/tini-static', join(work, 'tini'), context);
  const nginx = await unpackNginx(work, { suite: line.os, debianMirror }, context);
  const applets = await runCommand(busybox, ['--list'], { signal: context.signal });
  const packages = z
    .record(z.string(), z.string())
    .parse(JSON.parse(await readFile(join(sources.rootfs.folder, 'packages.json'), 'utf8')));
  const shell = busyboxFiles(busybox, applets.split('\n'));
  const binary = (name: string): ImageFile => ({ path: name, kind: 'copy', from: join(sources.addons.folder, name) });
  const images: { set: 'base' | 'samples'; image: Image }[] = [
    { set: 'base', image: pauseImage(busybox, tini) },
    {
      set: 'base',
      image: {
        name: imageName('coredns', line.addons.coredns),
        entrypoint: ['/coredns'],
        files: [binary('coredns'), ...accounts()],
      },
    },
    {
      set: 'base',
      image: {
        name: imageName('busybox', upstreamVersion(packages['busybox-static'])),
        entrypoint: [],
        cmd: ['sh'],
        files: [...shell, ...accounts()],
      },
    },
    {
      set: 'base',
      image: {
        name: imageName('local-path-provisioner', line.addons.localPathProvisioner),
        entrypoint: ['/local-path-provisioner'],
        files: [binary('local-path-provisioner'), ...accounts()],
      },
    },
    {
      set: 'base',
      image: {
        name: imageName('metrics-server', line.addons.metricsServer),
        entrypoint: ['/metrics-server'],
        user: '65534',
        files: [binary('metrics-server'), ...accounts()],
      },
    },
    {
      set: 'samples',
      image: { name: imageName('nginx', nginx.version), ...NGINX, files: [...nginx.files, ...shell, ...accounts()] },
    },
    {
      set: 'samples',
      image: {
        name: imageName('orders', ORDERS_VERSION),
        entrypoint: ['/orders'],
        user: '65534',
        exposedPorts: ['9200/tcp'],
        files: [{ path: 'orders', kind: 'copy', from: join(sources.orders.folder, 'orders') }, ...accounts()],
      },
    },
  ];
  const list: ImagesFile = [];
  for (const [index, { set, image }] of images.entries()) {
    context.progress({ stage: 'images', done: index, total: images.length, message: image.name });
    const file = `${shortName(image.name)}.tar`;
    await writeImageArchive(join(folder, file), image, context.signal);
    list.push({ name: image.name, file, set });
  }
  await rm(work, { recursive: true });
  await writeFile(join(folder, 'images.json'), `${JSON.stringify(list, null, 1)}\n`);
  context.progress({ stage: 'images', done: images.length, total: images.length, message: 'images are ready' });
}

function imageName(name: string, version: string): string {
  return `${IMAGE_REGISTRY}/${name}:${version}`;
}

function shortName(image: string): string {
  return image.slice(image.lastIndexOf('/') + 1).replace(/:.*$/, '');
}

/** 1:1.37.0-6+b9 → 1.37.0 */
export function upstreamVersion(debian: string | undefined): string {
  const version = debian?.replace(/^\d+:/, '').replace(/[-+~].*$/, '');
  if (version === undefined || version === '')
    throw new TesseraError('stemcell_build_failed', 'A package whose version names an image is missing in the rootfs.');
  return version;
}

function pauseImage(busybox: string, tini: string): Image {
  const files: ImageFile[] = [
    { path: 'tini', kind: 'copy', from: tini },
    { path: 'bin/busybox', kind: 'copy', from: busybox },
  ];
  return {
    name: imageName('pause', PAUSE_VERSION),
    entrypoint: ['/tini', '--', '/bin/busybox', 'sleep', 'infinity'],
    user: '65535',
    files,
  };
}

function busyboxFiles(busybox: string, applets: string[]): ImageFile[] {
  const links = applets.filter((applet) => /^[^/\s]+$/.test(applet) && applet !== 'busybox');
  return [
    { path: 'bin/busybox', kind: 'copy', from: busybox },
    ...links.map((applet): ImageFile => ({ path: `bin/${applet}`, kind: 'link', to: 'busybox' })),
    { path: 'usr/bin/env', kind: 'link', to: '../../bin/busybox' },
  ];
}

function accounts(): ImageFile[] {
  return [
    {
      path: 'etc/passwd',
      kind: 'text',
      text: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
    },
    { path: 'etc/group', kind: 'text', text: 'root:x:0:\nnogroup:x:65534:\n' },
    { path: 'tmp', kind: 'folder', mode: 0o1777 },
    { path: 'root', kind: 'folder', mode: 0o700 },
  ];
}

async function takeFromRootfs(rootfs: CacheEntry, path: string, to: string, context: BuildContext): Promise<string> {
  await runCommand('sh', ['-c', 'tar -xOf "$1" "./$2" > "$3"', 'sh', join(rootfs.folder, 'rootfs.tar'), path, to], {
    signal: context.signal,
  });
  await chmod(to, 0o755);
  return to;
}
