import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { TesseraError } from '#server/platform/error.ts';

/** Zip keeps Unix modes in the upper half. */
const MODE_SHIFT = 16;
const PERMISSIONS = 0o777;

/** Unpacks a zip below `folder` with the modes its members carry. Throws stemcell_build_failed for a member that leads out of it. */
export async function unzipTree(zip: string, folder: string): Promise<void> {
  const file = await promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)(zip, { lazyEntries: true });
  const openStream = promisify<yauzl.Entry, Readable>(file.openReadStream.bind(file));
  await new Promise<void>((resolve, reject) => {
    file.once('error', reject);
    file.once('end', resolve);
    file.on('entry', (entry: yauzl.Entry) => {
      unzipMember(entry, folder, openStream).then(() => file.readEntry(), reject);
    });
    file.readEntry();
  });
}

async function unzipMember(
  entry: yauzl.Entry,
  folder: string,
  open: (entry: yauzl.Entry) => Promise<Readable>,
): Promise<void> {
  const path = normalize(entry.fileName);
  if (path.startsWith('..') || path.startsWith('/'))
    throw new TesseraError(
      'stemcell_build_failed',
      `The archive holds the path ${entry.fileName}, which leads out of it.`,
    );
  const target = join(folder, path);
  if (entry.fileName.endsWith('/')) {
    await mkdir(target, { recursive: true });
    return;
  }
  await mkdir(dirname(target), { recursive: true });
  const mode = (entry.externalFileAttributes >>> MODE_SHIFT) & PERMISSIONS;
  await pipeline(await open(entry), createWriteStream(target, mode === 0 ? {} : { mode }));
}
