import { and, eq } from 'drizzle-orm';
import { clients } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import type { Issuer } from '#model/user.ts';
import { verifyPassword } from '#server/platform/crypto.ts';
import { asTesseraError } from '#server/platform/error.ts';
import { type OauthRefusal, refuse, refuseCredentials } from './oauth-error.ts';
import { checkThrottle, forgetFailures, recordFailure, type ThrottleKey } from './throttle.ts';

export type ClientRow = typeof clients.$inferSelect;
export type ClientCredentials = {
  clientId: string;
  /** Spellings to try: some clients URL-encode the secret in the Basic header without saying so. */
  secrets: readonly string[];
};
export type ClientOutcome = { ok: true; client: ClientRow } | OauthRefusal;

/** Checks a client of one issuer; wrong secrets are throttled as passwords are. */
export async function authenticateClient(
  tx: Tx,
  issuer: Issuer,
  credentials: ClientCredentials,
): Promise<ClientOutcome> {
  const [client] = await tx.db
    .select()
    .from(clients)
    .where(and(eq(clients.issuer, issuer), eq(clients.clientId, credentials.clientId)))
    .limit(1);
  // a public client has nothing to guess, so its many users are not counted against each other
  if (client?.secretHash === '') return credentials.secrets.includes('') ? { ok: true, client } : badClient();

  const keys: ThrottleKey[] = [{ kind: 'client', name: `${issuer}:${credentials.clientId}` }];
  try {
    await checkThrottle(tx, keys);
  } catch (error) {
    return refuseCredentials(asTesseraError(error));
  }
  for (const secret of client ? new Set(credentials.secrets) : []) {
    if (client && (await verifyPassword(secret, client.secretHash))) {
      await forgetFailures(tx, keys);
      return { ok: true, client };
    }
  }
  await recordFailure(tx, keys);
  return badClient();
}

const badClient = (): OauthRefusal => refuse('unauthorized', 'Bad credentials');
