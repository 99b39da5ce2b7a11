import { eq } from 'drizzle-orm';
import { sessions } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import { sha256 } from '#server/platform/crypto.ts';
import { actorOfUser } from './groups-of-user.ts';
import { SESSION_IDLE_S } from './sign-in.ts';

export type Session = { actor: Actor; csrf: string; expiresAt: Date };

/** The session row is written at most this often, so that reading pages does not write a row each. */
const TOUCH_S = 60;

/**
 * The session of a cookie; null when unknown, ended, or its user is gone or deactivated. Groups are read anew each time,
 * so a right taken away counts at once. Each use moves the end on.
 */
export async function verifySession(tx: Tx, token: string): Promise<Session | null> {
  const hash = sha256(token);
  const { rows } = await tx.client.query<{ user_id: string; csrf: string; expires_at: Date; stale: boolean }>(
    `select user_id, csrf, expires_at, last_seen_at < now() - make_interval(secs => $2) as stale
       from sessions where hash = $1 and expires_at > now()`,
    [hash, TOUCH_S],
  );
  const row = rows[0];
  if (!row) return null;
  const actor = await actorOfUser(tx, row.user_id);
  if (!actor) {
    await tx.db.delete(sessions).where(eq(sessions.hash, hash));
    return null;
  }
  if (row.stale) {
    await tx.client.query(
      `update sessions set last_seen_at = now(), expires_at = now() + make_interval(secs => $2) where hash = $1`,
      [hash, SESSION_IDLE_S],
    );
  }
  return { actor, csrf: row.csrf, expiresAt: row.expires_at };
}
