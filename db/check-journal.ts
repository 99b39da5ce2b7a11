import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { type JournalEntry, readJournal } from './journal.ts';

/** A day of grace: two developers' clocks differ, a year does not. */
const futureGraceMs = 24 * 3600 * 1000;

/** Faults of a list of migrations, as sentences; empty when the list is sound. Pure. */
export function journalFaults(entries: JournalEntry[], nowMs: number): string[] {
  const faults: string[] = [];
  entries.forEach((entry, position) => {
    const previous = entries[position - 1];
    if (entry.idx !== position) faults.push(`${entry.tag}: idx is ${entry.idx}, expected ${position}.`);
    if (previous && entry.when <= previous.when) {
      faults.push(`${entry.tag}: its time stamp is not newer than that of ${previous.tag}, so it would be skipped.`);
    }
    if (entry.when > nowMs + futureGraceMs) faults.push(`${entry.tag}: its time stamp lies in the future.`);
  });
  return faults;
}

/** Faults against the published list: what was published may not change, go away or move. Pure. */
export function publishedFaults(entries: JournalEntry[], published: JournalEntry[]): string[] {
  return published.flatMap((old, position) => {
    const now = entries[position];
    if (!now || now.tag !== old.tag) return [`${old.tag}: published before, now missing at place ${position}.`];
    if (now.hash !== old.hash) return [`${old.tag}: its SQL changed after it was published; add a new migration.`];
    return [];
  });
}

function main(): void {
  const faults = journalFaults(readJournal(), Date.now());
  if (faults.length > 0) {
    process.stderr.write(`db/migrations:\n${faults.map((fault) => `  ${fault}\n`).join('')}`);
    process.exitCode = 1;
    return;
  }
  const drift = execFileSync('npx', ['drizzle-kit', 'check'], { encoding: 'utf8' });
  process.stdout.write(drift.includes('fine') ? 'migrations: journal is sound\n' : drift);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
