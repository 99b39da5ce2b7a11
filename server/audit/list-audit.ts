import { desc, lt } from 'drizzle-orm';
import { audit } from '#db/schema/events.ts';
import type { Tx } from '#db/transaction.ts';

/** One deed of the change log. `detail` holds names and counts, never secrets. */
export type AuditEntry = {
  id: number;
  at: string;
  actor: string;
  action: string;
  subject: string;
  detail: Record<string, unknown>;
};

/** Deeds, newest first, before the entry `before` (null = from the newest). */
export async function listAudit(tx: Tx, page: { before: number | null; limit: number }): Promise<AuditEntry[]> {
  const rows = await tx.db
    .select()
    .from(audit)
    .where(page.before === null ? undefined : lt(audit.id, page.before))
    .orderBy(desc(audit.id))
    .limit(page.limit);
  return rows.map(({ id, at, actor, action, subject, detail }) => ({
    id,
    at: at.toISOString(),
    actor,
    action,
    subject,
    detail,
  }));
}
