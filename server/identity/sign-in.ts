import { sql } from 'drizzle-orm';
import { sessions } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import { type Actor, OPSMAN_ROLES } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { sha256 } from '#server/platform/crypto.ts';
import { TesseraError } from '#server/platform/error.ts';
import { newSecret } from '#server/platform/ids.ts';
import { groupsOfUser } from './groups-of-user.ts';
import { sweepFailures } from './throttle.ts';
import { type Credentials, verifyCredentials } from './verify-credentials.ts';

/** A console session ends after this long without a request. */
export const SESSION_IDLE_S = 8 * 3600;

/** `token` is the cookie's value (32 random bytes, shown once); `csrf` goes back in a header with each mutation. */
export type NewSession = { token: string; csrf: string; actor: Actor };
/** A value, not a throw: the count of wrong tries must be committed with the refusal. Commit first, then throw `error`. */
export type SignInOutcome = ({ ok: true } & NewSession) | { ok: false; error: TesseraError };

/** Console log-in: password checked and throttled, one `opsman.*` group required, session row made, deed audited. */
export async function signIn(tx: Tx, credentials: Credentials): Promise<SignInOutcome> {
  const outcome = await verifyCredentials(tx, credentials);
  if (!outcome.ok) return outcome;
  const { user } = outcome;
  const actor: Actor = { name: user.userName, userId: user.id, groups: await groupsOfUser(tx, user.id) };
  if (!OPSMAN_ROLES.some((role) => actor.groups.includes(role))) {
    return {
      ok: false,
      error: new TesseraError(
        'forbidden',
        `${user.userName} may not use the console: that takes one of the groups ${OPSMAN_ROLES.join(', ')}. Ask an administrator.`,
      ),
    };
  }
  const token = newSecret(43);
  const csrf = newSecret(43);
  // what has ended goes when somebody logs in, so that the tables stay small without a loop of their own
  await tx.client.query('delete from sessions where expires_at < now()');
  await sweepFailures(tx);
  await tx.db.insert(sessions).values({
    hash: sha256(token),
    userId: user.id,
    csrf,
    expiresAt: sql`now() + make_interval(secs => ${SESSION_IDLE_S})`,
  });
  await appendAudit(tx, actor, 'sign-in', `user/${user.id}`, { address: credentials.address });
  return { ok: true, token, csrf, actor };
}
