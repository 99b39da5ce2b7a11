import { createPrivateKey } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { SignJWT } from 'jose';
import { refreshTokens, users } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import type { Issuer } from '#model/user.ts';
import type { Clock } from '#server/platform/clock.ts';
import { sha256 } from '#server/platform/crypto.ts';
import { newSecret } from '#server/platform/ids.ts';
import type { Vault } from '#server/platform/vault.ts';
import type { ClientRow } from './authenticate-client.ts';
import { DEFAULT_SCOPES } from './built-in.ts';
import { groupsOfUser } from './groups-of-user.ts';
import { type OauthRefusal, refuse } from './oauth-error.ts';
import { activeSigningKey, type SigningKey } from './signing-keys.ts';

/** Where tokens come from; `baseUrl` without a trailing slash (`https://<api hostname>:8443`). */
export type TokenSource = { issuer: Issuer; baseUrl: string; vault: Vault; clock: Clock };

/** What a token endpoint answers, in UAA's words. */
export type TokenAnswer = {
  ok: true;
  access_token: string;
  token_type: 'bearer';
  expires_in: number;
  scope: string;
  jti: string;
  refresh_token?: string;
  id_token?: string;
};

export type Grant = { grantType: string; requestedScopes: readonly string[]; wantsIdToken: boolean };
type UserRow = typeof users.$inferSelect;

/** `iss` of an issuer's tokens, and the value of kube-apiserver's `--oidc-issuer-url`. */
export const issuerUrl = (baseUrl: string): string => `${baseUrl}/oauth/token`;

/** Token of a client for itself: its authorities, no refresh token. */
export async function issueClientToken(
  tx: Tx,
  source: TokenSource,
  client: ClientRow,
  grant: Grant,
): Promise<TokenAnswer | OauthRefusal> {
  const allowed = client.authorities.filter((scope) => scope !== 'uaa.none');
  const scopes = narrow(allowed, grant.requestedScopes);
  if (!scopes) return badScope(grant.requestedScopes);
  const key = await activeSigningKey(tx, source.vault, source.issuer);
  const jti = newSecret(32);
  const token = await sign(source, key, jti, client.accessTokenSeconds, {
    ...clientClaims(client, grant.grantType, scopes),
    sub: client.clientId,
    authorities: scopes,
  });
  return answer(token, jti, client, scopes);
}

/**
 * Tokens of a user for a client. With `refreshToken` (a refresh grant) that same token is handed out again: it stays good for its
 * whole life, because the `uaa` CLI sends one refresh token twice in a single command.
 */
export async function issueUserToken(
  tx: Tx,
  source: TokenSource,
  client: ClientRow,
  userId: string,
  grant: Grant & { refreshToken?: string },
): Promise<TokenAnswer | OauthRefusal> {
  const [user] = await tx.db.select().from(users).where(eq(users.id, userId)).limit(1);
  if (!user?.active) return refuse('invalid_grant', 'The user of this token is gone or deactivated.');
  const groups = await groupsOfUser(tx, userId);
  const owned = new Set<string>([...groups, ...DEFAULT_SCOPES]);
  const scopes = narrow(
    client.scopes.filter((scope) => owned.has(scope)),
    grant.requestedScopes,
  );
  if (!scopes) return badScope(grant.requestedScopes);

  const key = await activeSigningKey(tx, source.vault, source.issuer);
  const jti = newSecret(32);
  const person = { sub: user.id, user_id: user.id, user_name: user.userName, email: user.email, origin: user.origin };
  const authTime = Math.floor(source.clock.now().getTime() / 1000);
  const accessToken = await sign(source, key, jti, client.accessTokenSeconds, {
    ...clientClaims(client, grant.grantType, scopes),
    ...person,
    auth_time: authTime,
  });
  const result = answer(accessToken, jti, client, scopes);
  const refreshToken = grant.refreshToken ?? (await newRefreshToken(tx, source, client, user, scopes));
  if (refreshToken) result.refresh_token = refreshToken;
  if (grant.wantsIdToken || scopes.includes('openid')) {
    result.id_token = await sign(source, key, newSecret(32), client.accessTokenSeconds, {
      ...person,
      aud: [client.clientId],
      azp: client.clientId,
      auth_time: authTime,
      roles: groups,
      email_verified: user.verified,
      given_name: user.givenName,
      family_name: user.familyName,
      zid: 'uaa',
    });
  }
  return result;
}

async function newRefreshToken(
  tx: Tx,
  source: TokenSource,
  client: ClientRow,
  user: UserRow,
  scopes: string[],
): Promise<string | null> {
  if (!client.grantTypes.includes('refresh_token')) return null;
  const token = `${newSecret(43)}-r`;
  await tx.client.query('delete from refresh_tokens where expires_at < now()');
  await tx.db.insert(refreshTokens).values({
    hash: sha256(token),
    issuer: source.issuer,
    clientId: client.clientId,
    userId: user.id,
    scopes,
    expiresAt: new Date(source.clock.now().getTime() + client.refreshTokenSeconds * 1000),
  });
  return token;
}

function clientClaims(client: ClientRow, grantType: string, scopes: string[]): Record<string, unknown> {
  return {
    scope: scopes,
    client_id: client.clientId,
    cid: client.clientId,
    azp: client.clientId,
    grant_type: grantType,
    zid: 'uaa',
    rev_sig: sha256(`${client.issuer}:${client.clientId}:${client.secretHash}`).slice(0, 8),
    aud: audienceOf(client.clientId, scopes),
  };
}

/** UAA's rule: the client, and of each scope what stands before its last dot. */
function audienceOf(clientId: string, scopes: readonly string[]): string[] {
  const resources = scopes.map((scope) => (scope.includes('.') ? scope.slice(0, scope.lastIndexOf('.')) : scope));
  return [...new Set([clientId, ...resources])];
}

async function sign(
  source: TokenSource,
  key: SigningKey,
  jti: string,
  seconds: number,
  claims: Record<string, unknown>,
): Promise<string> {
  const now = Math.floor(source.clock.now().getTime() / 1000);
  return new SignJWT({ ...claims, jti, iss: issuerUrl(source.baseUrl), iat: now, exp: now + seconds })
    .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT', jku: `${source.baseUrl}/token_keys` })
    .sign(createPrivateKey(key.privatePem));
}

const answer = (accessToken: string, jti: string, client: ClientRow, scopes: string[]): TokenAnswer => ({
  ok: true,
  access_token: accessToken,
  token_type: 'bearer',
  expires_in: client.accessTokenSeconds,
  scope: scopes.join(' '),
  jti,
});

/** The wanted scopes, or all when none is named; null when one is wanted that is not allowed. */
function narrow(allowed: readonly string[], wanted: readonly string[]): string[] | null {
  if (wanted.length === 0) return [...allowed];
  return wanted.every((scope) => allowed.includes(scope)) ? [...wanted] : null;
}

const badScope = (wanted: readonly string[]): OauthRefusal =>
  refuse('invalid_scope', `One of these scopes is not allowed for this user and client: ${wanted.join(' ')}.`);
