import { createPublicKey } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import { clients } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import type { Issuer } from '#model/user.ts';
import type { Clock } from '#server/platform/clock.ts';
import { TesseraError } from '#server/platform/error.ts';
import { DEFAULT_SCOPES } from './built-in.ts';
import { actorOfUser } from './groups-of-user.ts';
import { issuerUrl } from './issue-token.ts';
import { acceptedKeys } from './signing-keys.ts';

/** Claims of an access token that this side relies on; an id_token has no `cid` and is refused. */
const AccessClaims = z.looseObject({
  sub: z.string(),
  cid: z.string(),
  scope: z.array(z.string()),
  user_id: z.string().optional(),
  user_name: z.string().optional(),
});

export type VerifiedToken = { actor: Actor; clientId: string; claims: JWTPayload };

/**
 * The bearer of an access token of *this* issuer: RS256 by one of its keys, its `iss`, not expired. A right taken away since counts at
 * once: the token's scopes are cut to what user or client have now. Throws unauthenticated.
 */
export async function verifyToken(
  tx: Tx,
  source: { issuer: Issuer; baseUrl: string; clock: Clock },
  token: string,
): Promise<VerifiedToken> {
  const payload = await verifySignature(tx, source, token);
  const claims = AccessClaims.safeParse(payload);
  if (!claims.success) throw refused('it is no access token');
  const { cid, scope, user_id: userId } = claims.data;
  if (userId) {
    const user = await actorOfUser(tx, userId);
    if (!user) throw refused('its user is gone or deactivated');
    const owned = new Set<string>([...user.groups, ...DEFAULT_SCOPES]);
    return { actor: { ...user, groups: scope.filter((one) => owned.has(one)) }, clientId: cid, claims: payload };
  }
  const [client] = await tx.db
    .select({ authorities: clients.authorities })
    .from(clients)
    .where(and(eq(clients.issuer, source.issuer), eq(clients.clientId, cid)))
    .limit(1);
  if (!client) throw refused('its client is gone');
  const actor = { name: cid, userId: null, groups: scope.filter((one) => client.authorities.includes(one)) };
  return { actor, clientId: cid, claims: payload };
}

async function verifySignature(
  tx: Tx,
  source: { issuer: Issuer; baseUrl: string; clock: Clock },
  token: string,
): Promise<JWTPayload> {
  try {
    const { kid } = decodeProtectedHeader(token);
    const key = (await acceptedKeys(tx, source.issuer)).find((one) => one.kid === kid);
    if (!key) throw refused('it was not issued here');
    const { payload } = await jwtVerify(token, createPublicKey(key.publicPem), {
      algorithms: ['RS256'],
      issuer: issuerUrl(source.baseUrl),
      currentDate: source.clock.now(),
      requiredClaims: ['exp', 'sub', 'jti'],
    });
    return payload;
  } catch (error) {
    if (error instanceof TesseraError) throw error;
    if (error instanceof errors.JWTExpired) throw refused('it has expired', error);
    // a garbled header is a TypeError, everything else of jose a JOSEError; faults of the database come through
    if (error instanceof errors.JOSEError || error instanceof TypeError)
      throw refused('it is no valid token of this server', error);
    throw error;
  }
}

const refused = (why: string, cause?: unknown): TesseraError =>
  new TesseraError('unauthenticated', `The access token was refused: ${why}. Log in again.`, { cause });
