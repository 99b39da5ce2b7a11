import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Image, writeImageArchive } from './image-archive.ts';

let folder: string;
const signal = AbortSignal.timeout(20_000);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-archive-'));
  await writeFile(join(folder, 'program'), 'a program of some length '.repeat(100_000), { mode: 0o600 });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const image = (): Image => ({
  name: 'registry.example/thing:1.2',
  entrypoint: ['/bin/thing'],
  cmd: ['serve'],
  user: '65534',
  exposedPorts: ['80/tcp'],
  files: [
    { path: 'bin/thing', kind: 'copy', from: join(folder, 'program') },
    { path: 'bin/other', kind: 'link', to: 'thing' },
    { path: 'etc/deep/thing.conf', kind: 'text', text: 'colour: blue\n' },
    { path: 'tmp', kind: 'folder', mode: 0o1777 },
  ],
});

type Member = {
  type: string | null | undefined;
  mode: number | undefined;
  linkname: string | null | undefined;
  content: Buffer;
};

async function readTar(source: Readable): Promise<Map<string, Member>> {
  const members = new Map<string, Member>();
  for await (const entry of source.pipe(extract())) {
    const chunks: Buffer[] = [];
    // tar-stream declares no element type; it yields bytes
    for await (const chunk of entry) chunks.push(Buffer.from(chunk as Uint8Array));
    const { name, type, mode, linkname } = entry.header;
    members.set(name, { type, mode, linkname, content: Buffer.concat(chunks) });
  }
  return members;
}

const Manifest = z.tuple([
  z.object({ Config: z.string(), RepoTags: z.array(z.string()), Layers: z.tuple([z.string()]) }),
]);
const ImageConfig = z.object({
  config: z.object({
    Entrypoint: z.array(z.string()),
    Cmd: z.array(z.string()),
    User: z.string(),
    ExposedPorts: z.record(z.string(), z.unknown()),
  }),
  rootfs: z.object({ diff_ids: z.array(z.string()) }),
});

test('an archive read back holds the image that was described', async () => {
  const file = join(folder, 'thing.tar');
  await writeImageArchive(file, image(), signal);
  const archive = await readTar(createReadStream(file));
  const text = (name: string) => archive.get(name)?.content.toString() ?? '';
  const [manifest] = Manifest.parse(JSON.parse(text('manifest.json')));
  expect(manifest.RepoTags).toEqual(['registry.example/thing:1.2']);

  const config = ImageConfig.parse(JSON.parse(text(manifest.Config)));
  expect(config.config).toMatchObject({
    Entrypoint: ['/bin/thing'],
    Cmd: ['serve'],
    User: '65534',
    ExposedPorts: { '80/tcp': {} },
  });
  const layer = archive.get(manifest.Layers[0])?.content ?? Buffer.alloc(0);
  expect(config.rootfs.diff_ids).toEqual([`sha256:${createHash('sha256').update(layer).digest('hex')}`]);

  const files = await readTar(Readable.from([layer]));
  expect([...files.keys()]).toEqual([
    'bin/',
    'bin/thing',
    'bin/other',
    'etc/',
    'etc/deep/',
    'etc/deep/thing.conf',
    'tmp/',
  ]);
  expect(files.get('bin/thing')).toMatchObject({ mode: 0o755, content: await readFile(join(folder, 'program')) });
  expect(files.get('bin/other')).toMatchObject({ type: 'symlink', linkname: 'thing' });
  expect(files.get('etc/deep/thing.conf')).toMatchObject({ mode: 0o644, content: Buffer.from('colour: blue\n') });
  expect(files.get('tmp/')).toMatchObject({ type: 'directory', mode: 0o1777 });
});

test('equal images give equal bytes', async () => {
  await writeImageArchive(join(folder, 'a.tar'), image(), signal);
  await writeImageArchive(join(folder, 'b.tar'), image(), signal);
  expect((await readFile(join(folder, 'a.tar'))).equals(await readFile(join(folder, 'b.tar')))).toBe(true);
});

test('a missing file fails with its name and leaves no half layer', async () => {
  const broken: Image = { ...image(), files: [{ path: 'bin/thing', kind: 'copy', from: join(folder, 'absent') }] };
  await expect(writeImageArchive(join(folder, 'c.tar'), broken, signal)).rejects.toThrow('absent');
  await expect(readFile(join(folder, 'c.tar.layer'))).rejects.toThrow('ENOENT');
});
