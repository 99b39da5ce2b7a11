import { desc, sql } from 'drizzle-orm';
import { audit } from '#db/schema/events.ts';
import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import { systemClock } from '#server/platform/clock.ts';
import { sha256, withSortedKeys } from '#server/platform/crypto.ts';

/** What the first entry names as its predecessor. */
export const FIRST_HASH = '0'.repeat(64);
/** Writers of the chain take turns: any constant does, this one is "audit" in ASCII. */
const CHAIN_LOCK = 0x6175646974;

/**
 * Adds a hash-chained entry in the caller's transaction: no deed without its entry, no entry without its deed.
 * `detail` holds names and counts, never secrets.
 */
export async function appendAudit(
  tx: Tx,
  actor: Actor,
  action: string,
  subject: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await tx.db.execute(sql`select pg_advisory_xact_lock(${CHAIN_LOCK})`);
  const [last] = await tx.db.select({ hash: audit.hash }).from(audit).orderBy(desc(audit.id)).limit(1);
  const previousHash = last?.hash ?? FIRST_HASH;
  const at = systemClock.now();
  await tx.db.insert(audit).values({
    at,
    actor: actor.name,
    action,
    subject,
    detail,
    previousHash,
    hash: auditHash({ at, actor: actor.name, action, subject, detail, previousHash }),
  });
}

/** Hash of one entry; keys of `detail` are sorted because jsonb does not keep their order. */
export function auditHash(entry: {
  at: Date;
  actor: string;
  action: string;
  subject: string;
  detail: Record<string, unknown>;
  previousHash: string;
}): string {
  return sha256(
    JSON.stringify([
      entry.previousHash,
      entry.at.toISOString(),
      entry.actor,
      entry.action,
      entry.subject,
      withSortedKeys(entry.detail),
    ]),
  );
}
