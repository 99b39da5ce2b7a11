import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hashFile, hashInputs } from './hash-file.ts';
import { holdLock } from './hold-lock.ts';
import type { BuildContext } from './progress.ts';

/**
 * The build cache: `<cache>/<kind>/<sha256 of inputs>/` holds the files of one build and `entry.json` with their checksums. An entry
 * appears whole, by rename, or not at all; one process builds it while others wait; a damaged one is thrown away and built again.
 */
const Member = z.strictObject({ path: z.string(), size: z.number().int(), sha256: z.string() });
const Entry = z.strictObject({ kind: z.string(), inputs: z.unknown(), members: z.array(Member) });
export type CacheMember = z.infer<typeof Member>;

/** Size, modification time and inode of each member when its checksum was last found right; spares hashing 1 GB at each look. */
const Verified = z.record(z.string(), z.string());

export type CacheRequest = {
  kind: string;
  inputs: unknown;
  /** Fills the empty folder; whatever lies there at the end is the entry. */
  build: (folder: string, key: string) => Promise<void>;
};

export type CacheEntry = { key: string; folder: string; members: CacheMember[] };

/** The entry for these inputs, from the cache or built now. */
export async function cacheEntry(request: CacheRequest, context: BuildContext): Promise<CacheEntry> {
  const found = await findEntry(request.kind, request.inputs, context);
  if (found !== null) return found;

  const key = hashInputs({ kind: request.kind, inputs: request.inputs });
  const kindFolder = join(context.cache, request.kind);
  await mkdir(kindFolder, { recursive: true });
  const lock = await holdLock(join(kindFolder, `${key}.lock`), {
    signal: context.signal,
    onWait: (holder) => say(context, request.kind, `process ${holder} builds the same; waiting for it`),
  });
  try {
    const meanwhile = await findEntry(request.kind, request.inputs, context);
    if (meanwhile !== null) return meanwhile;
    return await buildEntry(request, key, context);
  } finally {
    await lock.release();
  }
}

/** The entry for these inputs if it lies whole in the cache, else null. Never builds. */
export async function findEntry(kind: string, inputs: unknown, context: BuildContext): Promise<CacheEntry | null> {
  const key = hashInputs({ kind, inputs });
  const folder = join(context.cache, kind, key);
  const text = await readOrNull(join(folder, 'entry.json'));
  if (text === null) return null;
  const parsed = Entry.safeParse(parseJson(text));
  const damage = parsed.success
    ? await findDamage(folder, parsed.data.members, context.signal)
    : 'entry.json is unreadable';
  if (parsed.success && damage === null) return { key, folder, members: parsed.data.members };
  say(context, kind, `cache entry ${key.slice(0, 12)} is damaged (${damage}); building it again`);
  return null;
}

async function buildEntry(request: CacheRequest, key: string, context: BuildContext): Promise<CacheEntry> {
  const kindFolder = join(context.cache, request.kind);
  const folder = join(kindFolder, key);
  const work = join(kindFolder, `.${key}.work`);
  // we hold the key's lock: whatever lies there is the rest of a builder that was killed, or a damaged entry
  await rm(work, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  try {
    await request.build(work, key);
    const members = await describeMembers(work, context.signal);
    await writeFile(
      join(work, 'entry.json'),
      `${JSON.stringify({ kind: request.kind, inputs: request.inputs, members }, null, 1)}\n`,
    );
    await rememberVerified(work, members);
    await rename(work, folder);
    return { key, folder, members };
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw error;
  }
}

/** Path, size and checksum of every file below `folder`, each written through to disk. */
export async function describeMembers(folder: string, signal: AbortSignal): Promise<CacheMember[]> {
  const listed = await readdir(folder, { recursive: true, withFileTypes: true });
  const members: CacheMember[] = [];
  for (const file of listed.filter((member) => member.isFile())) {
    const full = join(file.parentPath, file.name);
    const handle = await open(full, 'r');
    try {
      // an entry that is renamed into place before its content is on disk would survive a power cut as zeros
      await handle.sync();
    } finally {
      await handle.close();
    }
    members.push({
      path: full.slice(folder.length + 1),
      size: (await stat(full)).size,
      sha256: await hashFile(full, signal),
    });
  }
  return members.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Null when all members are as built, else what is wrong. */
async function findDamage(folder: string, members: CacheMember[], signal: AbortSignal): Promise<string | null> {
  const memo = Verified.safeParse(parseJson((await readOrNull(join(folder, 'verified.json'))) ?? '{}'));
  const known = memo.success ? memo.data : {};
  let changed = false;
  for (const member of members) {
    const stamp = await stampOf(join(folder, member.path));
    if (stamp === null) return `${member.path} is missing`;
    if (known[member.path] === stamp) continue;
    changed = true;
    if ((await hashFile(join(folder, member.path), signal)) !== member.sha256)
      return `checksum of ${member.path} differs`;
  }
  if (changed) await rememberVerified(folder, members);
  return null;
}

async function rememberVerified(folder: string, members: CacheMember[]): Promise<void> {
  const stamps: Record<string, string> = {};
  for (const member of members) stamps[member.path] = (await stampOf(join(folder, member.path))) ?? '';
  await writeFile(join(folder, 'verified.json'), JSON.stringify(stamps));
}

async function stampOf(path: string): Promise<string | null> {
  const found = await stat(path, { bigint: true }).catch(nullIfMissing);
  return found === null ? null : `${found.size} ${found.mtimeNs} ${found.ino}`;
}

async function readOrNull(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(nullIfMissing);
}

function nullIfMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // a truncated file is damage, which the caller reports
    return undefined;
  }
}

function say(context: BuildContext, stage: string, message: string): void {
  context.progress({ stage, done: 0, total: 0, message });
}
