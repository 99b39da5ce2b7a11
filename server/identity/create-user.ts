import { sql } from 'drizzle-orm';
import { users } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import { NewUser, type UserView } from '#model/user.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { hashPassword } from '#server/platform/crypto.ts';
import { TesseraError } from '#server/platform/error.ts';
import { newUuid } from '#server/platform/ids.ts';
import { authorize } from './authorize.ts';
import { readUser } from './find-users.ts';
import { guardGroups } from './guard-privileges.ts';
import { parseInput } from './parse-input.ts';
import { putGroups } from './set-groups.ts';

/** A new user, active at once. Throws conflict when the name is taken in any case, invalid_input by field, forbidden. */
export async function createUser(tx: Tx, input: NewUser, actor: Actor): Promise<UserView> {
  authorize(actor, 'manage-users');
  const user = parseInput(NewUser, input);
  guardGroups(actor, user.groups);
  const id = newUuid();
  const inserted = await tx.db
    .insert(users)
    .values({
      id,
      userName: user.userName,
      email: user.email,
      givenName: user.givenName,
      familyName: user.familyName,
      passwordHash: await hashPassword(user.password),
    })
    .onConflictDoNothing()
    .returning({ id: users.id });
  if (inserted.length === 0) {
    throw new TesseraError('conflict', `Username already in use: ${user.userName}`, {
      fields: { userName: 'already in use' },
    });
  }
  if (user.groups.length > 0) await putGroups(tx, id, user.groups);
  await appendAudit(tx, actor, 'create-user', `user/${id}`, { userName: user.userName, groups: user.groups });
  await appendEvent(tx, 'user.changed', `user/${id}`, { userName: user.userName });
  return readUser(tx, id);
}

/** The user of that name, any case; null when there is none. */
export async function findUserByName(
  tx: Tx,
  userName: string,
): Promise<{ id: string; active: boolean; verified: boolean } | null> {
  const [row] = await tx.db
    .select({ id: users.id, active: users.active, verified: users.verified })
    .from(users)
    .where(sql`lower(${users.userName}) = lower(${userName})`)
    .limit(1);
  return row ?? null;
}
