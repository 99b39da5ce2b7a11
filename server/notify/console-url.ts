import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { settings } from '#db/schema/settings.ts';
import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { authorize } from '#server/identity/authorize.ts';

const KEY = 'console-url';
const Stored = z.object({ url: z.string() });

/** Address of the console in messages, without a slash at the end; null while nobody has set one. */
export async function readConsoleUrl(tx: Tx): Promise<string | null> {
  const [row] = await tx.db.select({ value: settings.value }).from(settings).where(eq(settings.key, KEY)).limit(1);
  return row ? Stored.parse(row.value).url : null;
}

/** Sets the address that links in messages begin with: the console itself cannot know under which name others reach it. */
export async function setConsoleUrl(tx: Tx, url: string, actor: Actor): Promise<void> {
  authorize(actor, 'manage-settings');
  const value = { url: url.replace(/\/+$/, '') };
  await tx.db
    .insert(settings)
    .values({ key: KEY, value })
    .onConflictDoUpdate({ target: settings.key, set: { value, updatedAt: sql`now()` } });
  await appendAudit(tx, actor, 'set-console-url', 'settings/console-url', value);
  await appendEvent(tx, 'channel.changed', 'channel/console-url', {});
}
