import { and, eq, sql } from 'drizzle-orm';
import { users } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import type { UserView } from '#model/user.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { TesseraError } from '#server/platform/error.ts';
import { authorize } from './authorize.ts';
import { findUserByName } from './create-user.ts';
import { readUser } from './find-users.ts';
import { guardLastAdministrator, guardUser } from './guard-privileges.ts';
import { signOutEverywhere } from './sign-out.ts';

export type UserChange = {
  userName?: string | undefined;
  email?: string | undefined;
  givenName?: string | undefined;
  familyName?: string | undefined;
  active?: boolean | undefined;
  verified?: boolean | undefined;
};

/**
 * Changes the given fields. `version` guards against lost updates (null: whatever it is). Deactivating ends all sessions.
 * Throws not_found, stale_version, conflict (name taken, last administrator).
 */
export async function updateUser(
  tx: Tx,
  id: string,
  change: UserChange,
  version: number | null,
  actor: Actor,
): Promise<UserView> {
  authorize(actor, 'manage-users');
  await guardUser(tx, actor, id);
  const before = await readUser(tx, id);
  if (
    change.userName &&
    change.userName.toLowerCase() !== before.userName.toLowerCase() &&
    (await findUserByName(tx, change.userName))
  ) {
    throw new TesseraError('conflict', `Username already in use: ${change.userName}`);
  }
  const set = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const updated = await tx.db
    .update(users)
    .set({ ...set, version: sql`${users.version} + 1`, updatedAt: sql`now()` })
    .where(and(eq(users.id, id), version === null ? undefined : eq(users.version, version)))
    .returning({ id: users.id });
  if (updated.length === 0) {
    throw new TesseraError(
      'stale_version',
      `Attempt to update a user with version ${version} but it is now ${before.version}`,
    );
  }
  if (change.active === false) {
    await signOutEverywhere(tx, id);
    await guardLastAdministrator(tx);
  }
  await appendAudit(tx, actor, 'update-user', `user/${id}`, { userName: before.userName, changed: Object.keys(set) });
  await appendEvent(tx, 'user.changed', `user/${id}`, { userName: change.userName ?? before.userName });
  return readUser(tx, id);
}

/** Deletes a user with all sessions and memberships; answers what it was. Throws not_found, conflict for the last administrator. */
export async function deleteUser(tx: Tx, id: string, actor: Actor): Promise<UserView> {
  authorize(actor, 'manage-users');
  await guardUser(tx, actor, id);
  const user = await readUser(tx, id);
  await tx.db.delete(users).where(eq(users.id, id));
  await guardLastAdministrator(tx);
  await appendAudit(tx, actor, 'delete-user', `user/${id}`, { userName: user.userName });
  await appendEvent(tx, 'user.changed', `user/${id}`, { deleted: true });
  return user;
}
