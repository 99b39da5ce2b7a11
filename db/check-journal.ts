// The journal check: `node db/check-journal.ts` fails when migrations could be skipped or were changed after publication;
// `--publish` records the new ones in db/migrations/published.json, which happens with the commit that adds them.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { type JournalEntry, migrationsFolder, readJournal } from './journal.ts';

/** A day of grace: two developers' clocks differ, a year does not. */
const futureGraceMs = 24 * 3600 * 1000;
const publishedFile = path.join(migrationsFolder, 'published.json');

const publishedSchema = z.array(z.strictObject({ tag: z.string(), hash: z.string() }));
export type PublishedMigration = z.infer<typeof publishedSchema>[number];

/**
 * Faults of a list of migrations, as sentences; empty when the list is sound. Pure.
 * The migrator applies what is newer than the newest applied one, so a merged migration with an older time stamp
 * would be skipped in silence.
 */
export function journalFaults(entries: JournalEntry[], nowMs: number): string[] {
  return entries.flatMap((entry, position) => {
    const previous = entries[position - 1];
    const faults: string[] = [];
    if (entry.idx !== position) faults.push(`${entry.tag}: idx is ${entry.idx}, expected ${position}.`);
    if (previous && entry.when <= previous.when) {
      faults.push(`${entry.tag}: its time stamp is not newer than that of ${previous.tag}, so it would be skipped.`);
    }
    if (entry.when > nowMs + futureGraceMs) faults.push(`${entry.tag}: its time stamp lies in the future.`);
    return faults;
  });
}

/** Faults against the published list: what was published may not change, go away or move, and all must be published. Pure. */
export function publishedFaults(entries: JournalEntry[], published: PublishedMigration[]): string[] {
  const changed = published.flatMap((old, position) => {
    const now = entries[position];
    if (!now || now.tag !== old.tag) return [`${old.tag}: published before, now missing at place ${position}.`];
    if (now.hash !== old.hash) return [`${old.tag}: its SQL changed after it was published; add a new migration.`];
    return [];
  });
  const unpublished = entries
    .slice(published.length)
    .map((entry) => `${entry.tag}: not published yet; run npm run db:publish.`);
  return [...changed, ...unpublished];
}

function main(): void {
  const entries = readJournal();
  const published = existsSync(publishedFile)
    ? publishedSchema.parse(JSON.parse(readFileSync(publishedFile, 'utf8')))
    : [];
  const known = entries.slice(0, published.length);
  const faults = [...journalFaults(entries, Date.now())];
  if (process.argv.includes('--publish')) {
    faults.push(...publishedFaults(known, published));
    if (faults.length === 0) publish(entries);
  } else {
    faults.push(...publishedFaults(entries, published));
  }
  for (const fault of faults) process.stderr.write(`db/migrations: ${fault}\n`);
  if (faults.length === 0) process.stdout.write(`db/migrations: ${entries.length} in order\n`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}

function publish(entries: JournalEntry[]): void {
  const list: PublishedMigration[] = entries.map(({ tag, hash }) => ({ tag, hash }));
  writeFileSync(publishedFile, `${JSON.stringify(list, null, 2)}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
