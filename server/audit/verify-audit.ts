import { asc, gt } from 'drizzle-orm';
import { audit } from '#db/schema/events.ts';
import type { Tx } from '#db/transaction.ts';
import { auditHash, FIRST_HASH } from './append-audit.ts';

const PAGE = 1000;

/** Reads the whole chain; answers the id of the first entry that was changed, added or removed by hand, or null. */
export async function findBrokenLink(tx: Tx): Promise<number | null> {
  let previousHash = FIRST_HASH;
  let after = 0;
  while (true) {
    const page = await tx.db.select().from(audit).where(gt(audit.id, after)).orderBy(asc(audit.id)).limit(PAGE);
    for (const entry of page) {
      if (entry.previousHash !== previousHash || auditHash(entry) !== entry.hash) return entry.id;
      previousHash = entry.hash;
      after = entry.id;
    }
    if (page.length < PAGE) return null;
  }
}
