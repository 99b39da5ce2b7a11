import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

export const migrationsFolder = path.join(import.meta.dirname, 'migrations');

const journalSchema = z.object({
  entries: z.array(z.object({ idx: z.number().int(), when: z.number().int(), tag: z.string() })),
});

export interface JournalEntry {
  idx: number;
  /** Milliseconds since 1970; the migrator applies what is newer than the newest applied one. */
  when: number;
  tag: string;
  /** SHA-256 of the SQL file, as the migrator stores it. */
  hash: string;
}

/** Reads the list of migrations of `folder` with the hash of each SQL file. */
export function readJournal(folder: string = migrationsFolder): JournalEntry[] {
  const text = readFileSync(path.join(folder, 'meta', '_journal.json'), 'utf8');
  const journal = journalSchema.parse(JSON.parse(text));
  return journal.entries.map((entry) => {
    const sql = readFileSync(path.join(folder, `${entry.tag}.sql`), 'utf8');
    return { ...entry, hash: createHash('sha256').update(sql).digest('hex') };
  });
}
