import { eq } from 'drizzle-orm';
import { sessions } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import { sha256 } from '#server/platform/crypto.ts';

/** Ends one console session; an unknown token is no error. */
export async function signOut(tx: Tx, token: string): Promise<void> {
  await tx.db.delete(sessions).where(eq(sessions.hash, sha256(token)));
}

/** Ends all sessions and refresh tokens of a user: password changed, deactivated or deleted. */
export async function signOutEverywhere(tx: Tx, userId: string): Promise<void> {
  await tx.client.query('delete from sessions where user_id = $1', [userId]);
  await tx.client.query('delete from refresh_tokens where user_id = $1', [userId]);
}
