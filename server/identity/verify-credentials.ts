import { eq, sql } from 'drizzle-orm';
import { users } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import { hashPassword, verifyPassword } from '#server/platform/crypto.ts';
import { asTesseraError, TesseraError } from '#server/platform/error.ts';
import { checkThrottle, forgetFailures, recordFailure, type ThrottleKey } from './throttle.ts';

export type Credentials = {
  userName: string;
  password: string;
  /** Where the request came from; counted against guessing. */
  address: string;
};

/** A value, not a throw: the count of wrong tries must be committed with the refusal. */
export type CredentialsOutcome =
  | { ok: true; user: { id: string; userName: string } }
  | { ok: false; error: TesseraError };

/** Compared with when the user does not exist, so that the answer takes as long. */
let decoy: Promise<string> | null = null;

/** Checks user name (any case) and password, throttled by user and by address. The error's code is bad_credentials or throttled. */
export async function verifyCredentials(tx: Tx, credentials: Credentials): Promise<CredentialsOutcome> {
  const keys: ThrottleKey[] = [
    { kind: 'user', name: credentials.userName },
    { kind: 'address', name: credentials.address },
  ];
  try {
    await checkThrottle(tx, keys);
  } catch (error) {
    return { ok: false, error: asTesseraError(error) };
  }
  const [user] = await tx.db
    .select({ id: users.id, userName: users.userName, passwordHash: users.passwordHash, active: users.active })
    .from(users)
    .where(sql`lower(${users.userName}) = lower(${credentials.userName})`)
    .limit(1);
  decoy ??= hashPassword('no user has this');
  const matches = await verifyPassword(credentials.password, user?.passwordHash ?? (await decoy));
  if (!user?.active || !matches) {
    const left = await recordFailure(tx, keys);
    return { ok: false, error: refusal(left) };
  }
  // the address is not forgiven: one known account must not unlock guessing at the others
  await forgetFailures(tx, keys.slice(0, 1));
  await tx.db.update(users).set({ lastLogonAt: sql`now()` }).where(eq(users.id, user.id));
  return { ok: true, user: { id: user.id, userName: user.userName } };
}

function refusal(left: number): TesseraError {
  const next =
    left === 0
      ? 'There is a pause of 1 minute now.'
      : `After ${left} more ${left === 1 ? 'try' : 'tries'} there is a pause of 1 minute.`;
  return new TesseraError('bad_credentials', `User name and password do not match. ${next}`);
}
