import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { type Entry, open as openZip, type ZipFile } from 'yauzl';
import { TesseraError } from '#server/platform/error.ts';

/** Limits of a product file. It is input: what is declared is checked first, what really comes out is counted while it streams. */
export const ZIP_LIMITS = {
  fileBytes: 512 * 1024 * 1024,
  members: 2000,
  unpackedBytes: 1024 * 1024 * 1024,
  /** Members that are read whole (metadata, jobs). */
  textBytes: 4 * 1024 * 1024,
  /** Text packs 10 to 30 times smaller; small files may look better than that. */
  ratio: 200,
  ratioFreeBytes: 4 * 1024 * 1024,
  pathLength: 200,
} as const;

export type ZipMember = { path: string; sha256: string; size: number; content: Buffer | null };

const SYMLINK = 0o120_000;
const FILE_TYPE = 0o170_000;
const LOCAL_HEADER = 0x04_03_4b_50;
const SEGMENT = /^[A-Za-z0-9_.][A-Za-z0-9_.@+-]*$/;

/**
 * Reads every file member of a zip once, in its order: path checked, contents hashed, and kept when `isKept(path)`.
 * Throws product_file_rejected naming the member. Nothing is written anywhere.
 */
export async function readZipMembers(file: string, isKept: (path: string) => boolean): Promise<ZipMember[]> {
  const size = await checkFile(file);
  const zip = await openArchive(file);
  try {
    if (zip.entryCount > ZIP_LIMITS.members)
      throw rejected(`it has ${zip.entryCount} members, more than ${ZIP_LIMITS.members}`);
    return await readAll(zip, size, isKept);
  } catch (error) {
    if (error instanceof TesseraError) throw error;
    throw rejected(`it is damaged or cut short (${messageOf(error)})`, error);
  } finally {
    zip.close();
  }
}

async function readAll(zip: ZipFile, fileSize: number, isKept: (path: string) => boolean): Promise<ZipMember[]> {
  const members: ZipMember[] = [];
  const seen = new Set<string>();
  let unpacked = 0;
  let packed = 0;
  for await (const entry of zip.eachEntry()) {
    const path = memberPath(entry);
    if (path.endsWith('/')) continue;
    // names that differ in case only would be one file on some disks
    if (seen.has(path.toLowerCase())) throw rejected(`member ${path} is there twice`);
    seen.add(path.toLowerCase());
    packed += entry.compressedSize;
    if (packed > fileSize) throw rejected(`member ${path} overlaps another (a zip bomb)`);
    const member = await readMember(zip, entry, path, { unpacked, isKept: isKept(path) });
    unpacked += member.size;
    members.push(member);
  }
  return members;
}

async function readMember(
  zip: ZipFile,
  entry: Entry,
  path: string,
  state: { unpacked: number; isKept: boolean },
): Promise<ZipMember> {
  if (entry.isEncrypted()) throw rejected(`member ${path} is encrypted`);
  if (!entry.canDecodeFileData())
    throw rejected(`member ${path} is packed in a way that is not known (method ${entry.compressionMethod})`);
  const check = (size: number): void => refuseSize(path, size, entry.compressedSize, state);
  check(entry.uncompressedSize);
  const hash = createHash('sha256');
  const chunks: Buffer[] = [];
  let size = 0;
  const stream = await zip.openReadStreamPromise(entry);
  try {
    for await (const chunk of stream) {
      // the stream has no encoding set, so its chunks are buffers
      const bytes: Buffer = chunk;
      size += bytes.length;
      check(size);
      hash.update(bytes);
      if (state.isKept) chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof TesseraError) throw error;
    throw rejected(`member ${path} cannot be unpacked (${messageOf(error)})`, error);
  } finally {
    stream.destroy();
  }
  if (size !== entry.uncompressedSize)
    throw rejected(`member ${path} is cut short: ${size} of ${entry.uncompressedSize} bytes`);
  return { path, sha256: hash.digest('hex'), size, content: state.isKept ? Buffer.concat(chunks) : null };
}

function refuseSize(path: string, size: number, packed: number, state: { unpacked: number; isKept: boolean }): void {
  if (state.isKept && size > ZIP_LIMITS.textBytes)
    throw rejected(`member ${path} is larger than ${inMegabytes(ZIP_LIMITS.textBytes)}`);
  if (state.unpacked + size > ZIP_LIMITS.unpackedBytes) {
    throw rejected(
      `member ${path} makes it larger than ${inMegabytes(ZIP_LIMITS.unpackedBytes)} when unpacked (a zip bomb)`,
    );
  }
  if (size > ZIP_LIMITS.ratioFreeBytes && size > packed * ZIP_LIMITS.ratio) {
    throw rejected(`member ${path} unpacks to more than ${ZIP_LIMITS.ratio} times its size (a zip bomb)`);
  }
}

/** The member's path, checked; directories end in `/`. */
function memberPath(entry: Entry): string {
  const path = entry.fileNameRaw.toString('utf8');
  const shown = JSON.stringify(path.slice(0, 120));
  const mode = entry.externalFileAttributes >>> 16;
  if ((mode & FILE_TYPE) === SYMLINK) throw rejected(`member ${shown} is a symbolic link`);
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) throw rejected(`member ${shown} has an absolute path`);
  if (path.includes('\\')) throw rejected(`member ${shown} has a backslash in its path`);
  const segments = path.replace(/\/$/, '').split('/');
  if (segments.includes('..')) throw rejected(`member ${shown} leads out of the product file`);
  if (path.length > ZIP_LIMITS.pathLength || segments.some((segment) => !SEGMENT.test(segment) || segment === '.')) {
    throw rejected(`member ${shown} has a name that is not allowed`);
  }
  return path;
}

async function checkFile(file: string): Promise<number> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    if (size > ZIP_LIMITS.fileBytes) throw rejected(`it is larger than ${inMegabytes(ZIP_LIMITS.fileBytes)}`);
    const head = Buffer.alloc(4);
    await handle.read(head, 0, 4, 0);
    if (head.readUInt32LE(0) !== LOCAL_HEADER) throw rejected('it is no zip file');
    return size;
  } finally {
    await handle.close();
  }
}

function openArchive(file: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    // names are decoded and checked here, so that the sentence is ours
    openZip(
      file,
      { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true },
      (error, zip) => {
        if (error) reject(rejected(`it is damaged or cut short (${messageOf(error)})`, error));
        else resolve(zip);
      },
    );
  });
}

/** Every refusal of a product file reads alike. */
export function rejected(reason: string, cause?: unknown): TesseraError {
  return new TesseraError(
    'product_file_rejected',
    `The product file was refused: ${reason}. Get a good file and import it again.`,
    { cause },
  );
}

const inMegabytes = (bytes: number): string => `${bytes / 1024 / 1024} MB`;
const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
