import { inArray, sql } from 'drizzle-orm';
import { logInFailures } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import { TesseraError } from '#server/platform/error.ts';

/** Wrong tries before the first pause. An address may stand for a whole office behind one router, hence more. */
export const TRIES = { user: 5, client: 5, address: 30 } as const;
/** First pause; each further wrong try doubles it, up to the longest. */
const PAUSE_S = 60;
const LONGEST_PAUSE_S = 900;
/** Failures are forgotten this long after the last pause or failure. */
const FORGET_S = 900;

export type ThrottleKey = { kind: keyof typeof TRIES; name: string };

const spell = (key: ThrottleKey): string => `${key.kind}:${key.name.toLowerCase()}`;

/**
 * Throws throttled while any of the keys is paused. Takes a lock on the first key (the user or client) until the transaction ends:
 * a hundred guesses sent at once are counted one after the other.
 */
export async function checkThrottle(tx: Tx, keys: readonly ThrottleKey[]): Promise<void> {
  for (const key of keys.slice(0, 1))
    await tx.client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [spell(key)]);
  const { rows } = await tx.client.query<{ seconds: number }>(
    `select ceil(extract(epoch from blocked_until - now()))::int as seconds from log_in_failures
      where key = any($1)`,
    [keys.map(spell)],
  );
  const wait = Math.max(0, ...rows.map((row) => row.seconds));
  if (wait > 0) throw new TesseraError('throttled', `Too many wrong tries to log in. Wait ${wait} s and try again.`);
}

/** Counts a wrong try; returns how many more are free before a pause (0: a pause began). */
export async function recordFailure(tx: Tx, keys: readonly ThrottleKey[]): Promise<number> {
  let left = Number.POSITIVE_INFINITY;
  // sorted, so that two log-ins at once take the rows in the same order
  for (const key of keys.toSorted((a, b) => (spell(a) < spell(b) ? -1 : 1))) {
    const tries = TRIES[key.kind];
    const { rows } = await tx.client.query<{ failures: number }>(
      `insert into log_in_failures as f (key, failures, blocked_until) values ($1, 1, now())
       on conflict (key) do update set
         failures = case when f.blocked_until < now() - make_interval(secs => $2) then 1 else f.failures + 1 end,
         blocked_until = now()
       returning failures`,
      [spell(key), FORGET_S],
    );
    const failures = rows[0]?.failures ?? 1;
    if (failures >= tries) {
      const pause = Math.min(PAUSE_S * 2 ** (failures - tries), LONGEST_PAUSE_S);
      await tx.client.query(
        `update log_in_failures set blocked_until = now() + make_interval(secs => $2) where key = $1`,
        [spell(key), pause],
      );
    }
    left = Math.min(left, Math.max(0, tries - failures));
  }
  return left;
}

/** Forgets failures after a right try. */
export async function forgetFailures(tx: Tx, keys: readonly ThrottleKey[]): Promise<void> {
  await tx.db.delete(logInFailures).where(inArray(logInFailures.key, keys.map(spell)));
}

/** Removes rows nobody needs any more, so that the table does not grow with every guessed name. */
export async function sweepFailures(tx: Tx): Promise<void> {
  await tx.db
    .delete(logInFailures)
    .where(sql`${logInFailures.blockedUntil} < now() - make_interval(secs => ${FORGET_S})`);
}
