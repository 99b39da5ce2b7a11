import { and, eq } from 'drizzle-orm';
import { refreshTokens } from '#db/schema/identity.ts';
import type { Tx } from '#db/transaction.ts';
import { sha256 } from '#server/platform/crypto.ts';
import { authenticateClient, type ClientCredentials, type ClientRow } from './authenticate-client.ts';
import { issueClientToken, issueUserToken, type TokenAnswer, type TokenSource } from './issue-token.ts';
import { type OauthRefusal, refuse, refuseCredentials } from './oauth-error.ts';
import { verifyCredentials } from './verify-credentials.ts';

/** A token request, whatever the wire gave it in. */
export type TokenRequest = {
  client: ClientCredentials;
  grantType: string;
  scopes: readonly string[];
  responseType: string;
  userName: string;
  password: string;
  refreshToken: string;
  address: string;
};

/** The grants of the token endpoint. Refusals are values, so that the count of wrong tries is committed with them. */
export async function grantToken(
  tx: Tx,
  source: TokenSource,
  request: TokenRequest,
): Promise<TokenAnswer | OauthRefusal> {
  const outcome = await authenticateClient(tx, source.issuer, request.client);
  if (!outcome.ok) return outcome;
  const { client } = outcome;
  if (!['client_credentials', 'password', 'refresh_token'].includes(request.grantType)) {
    return refuse('unsupported_grant_type', `Unsupported grant type: ${request.grantType || '(none)'}`);
  }
  if (!client.grantTypes.includes(request.grantType)) {
    return refuse('unauthorized_client', `Unauthorized grant type: ${request.grantType}`);
  }
  const grant = {
    grantType: request.grantType,
    requestedScopes: request.scopes,
    wantsIdToken: request.responseType.split(' ').includes('id_token'),
  };
  if (request.grantType === 'client_credentials') return issueClientToken(tx, source, client, grant);
  if (request.grantType === 'refresh_token') return refresh(tx, source, client, request, grant);

  if (!request.userName) return refuse('invalid_request', 'username is missing.');
  const user = await verifyCredentials(tx, {
    userName: request.userName,
    password: request.password,
    address: request.address,
  });
  if (!user.ok) return refuseCredentials(user.error);
  return issueUserToken(tx, source, client, user.user.id, grant);
}

async function refresh(
  tx: Tx,
  source: TokenSource,
  client: ClientRow,
  request: TokenRequest,
  grant: { grantType: string; requestedScopes: readonly string[]; wantsIdToken: boolean },
): Promise<TokenAnswer | OauthRefusal> {
  const [row] = await tx.db
    .select()
    .from(refreshTokens)
    .where(
      and(
        eq(refreshTokens.hash, sha256(request.refreshToken)),
        eq(refreshTokens.issuer, source.issuer),
        eq(refreshTokens.clientId, client.clientId),
      ),
    )
    .limit(1);
  if (!row || row.expiresAt.getTime() <= source.clock.now().getTime()) {
    return refuse('invalid_token', 'The refresh token is unknown or has expired. Log in again.');
  }
  return issueUserToken(tx, source, client, row.userId, { ...grant, refreshToken: request.refreshToken });
}
