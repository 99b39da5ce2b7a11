import { eq, sql } from 'drizzle-orm';
import { users } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import { Password } from '#model/user.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { hashPassword, verifyPassword } from '#server/platform/crypto.ts';
import { TesseraError } from '#server/platform/error.ts';
import { authorize } from './authorize.ts';
import { guardUser } from './guard-privileges.ts';
import { parseInput } from './parse-input.ts';
import { signOutEverywhere } from './sign-out.ts';

/**
 * A new password: one's own with the old one, another's as an administrator. Ends all sessions and refresh tokens of that user.
 * Throws not_found, bad_credentials (old password wrong), forbidden, invalid_input.
 */
export async function setPassword(
  tx: Tx,
  userId: string,
  password: string,
  actor: Actor,
  oldPassword?: string,
): Promise<void> {
  const [user] = await tx.db
    .select({ userName: users.userName, hash: users.passwordHash })
    .from(users)
    .where(eq(users.id, userId))
    .limit(1);
  if (!user) throw new TesseraError('not_found', `User ${userId} does not exist`);
  if (actor.userId === userId) {
    if (!(await verifyPassword(oldPassword ?? '', user.hash))) {
      throw new TesseraError('bad_credentials', 'The old password is wrong.', {
        fields: { oldPassword: 'wrong password' },
      });
    }
  } else {
    authorize(actor, 'manage-users');
    await guardUser(tx, actor, userId);
  }
  const passwordHash = await hashPassword(parseInput(Password, password));
  await tx.db
    .update(users)
    .set({ passwordHash, passwordChangedAt: sql`now()`, updatedAt: sql`now()`, version: sql`${users.version} + 1` })
    .where(eq(users.id, userId));
  await signOutEverywhere(tx, userId);
  await appendAudit(tx, actor, 'set-password', `user/${userId}`, { userName: user.userName });
}
