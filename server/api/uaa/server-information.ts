import { createPublicKey } from 'node:crypto';
import type { Context } from 'hono';
import { Hono } from 'hono';
import type { Issuer } from '#model/user.ts';
import { readUser } from '#server/identity/find-users.ts';
import { issuerUrl } from '#server/identity/issue-token.ts';
import { type PublicKey, publicKeys } from '#server/identity/signing-keys.ts';
import { sha256 } from '#server/platform/crypto.ts';
import { TesseraError } from '#server/platform/error.ts';
import { baseUrlOf, type RestDeps, readBearer, withTx } from '../rest-context.ts';

/** UAA release whose dialect is spoken; clients print it. */
const UAA_VERSION = '77.20.0';
const DOCUMENTATION = 'https://docs.cloudfoundry.org/api/uaa/';

/** What a client asks before it has a token: prompts, keys, discovery; and who a token belongs to. */
export function createServerRoutes(deps: RestDeps, issuer: Issuer): Hono {
  const routes = new Hono();
  const information = async (c: Context) =>
    c.json(await withTx(deps, async (tx) => informationOf(await baseUrlOf(deps, tx), deps.clock.now())));
  routes.get('/info', information);
  routes.get('/login', information);
  routes.get('/healthz', (c) => c.text('ok\n'));

  routes.get('/token_key', async (c) => {
    const [key] = await keysOf(deps, issuer);
    return withEtag(c, key);
  });
  routes.get('/token_keys', async (c) => withEtag(c, { keys: await keysOf(deps, issuer) }));

  const discovery = async (c: Context) => c.json(discoveryOf(await withTx(deps, (tx) => baseUrlOf(deps, tx))));
  routes.get('/.well-known/openid-configuration', discovery);
  // kube-apiserver looks below the issuer itself
  routes.get('/oauth/token/.well-known/openid-configuration', discovery);

  routes.get('/userinfo', async (c) => c.json(await readUserInfo(deps, c, issuer)));
  return routes;
}

const keysOf = async (deps: RestDeps, issuer: Issuer) =>
  (await withTx(deps, (tx) => publicKeys(tx, deps.vault, issuer))).map(jwkOf);

function jwkOf(key: PublicKey): Record<string, unknown> {
  const { kty, e, n } = createPublicKey(key.publicPem).export({ format: 'jwk' });
  // n and e serve kube-apiserver, the PEM in `value` serves uaac and the bosh director
  return { kty, e, n, use: 'sig', kid: key.kid, alg: 'RS256', value: key.publicPem };
}

function withEtag(c: Context, body: unknown): Response {
  const etag = `"${sha256(JSON.stringify(body)).slice(0, 16)}"`;
  c.header('etag', etag);
  return c.req.header('if-none-match') === etag ? c.body(null, 304) : c.json(body);
}

function informationOf(baseUrl: string, now: Date): Record<string, unknown> {
  return {
    app: { version: UAA_VERSION },
    links: { uaa: baseUrl, login: baseUrl, passwd: '/forgot_password', register: '/create_account' },
    prompts: { username: ['text', 'Email'], password: ['password', 'Password'] },
    zone_name: 'uaa',
    entityID: new URL(baseUrl).hostname,
    commit_id: 'tessera',
    timestamp: now.toISOString(),
    idpDefinitions: {},
  };
}

function discoveryOf(baseUrl: string): Record<string, unknown> {
  return {
    issuer: issuerUrl(baseUrl),
    authorization_endpoint: `${baseUrl}/oauth/authorize`,
    token_endpoint: `${baseUrl}/oauth/token`,
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    token_endpoint_auth_signing_alg_values_supported: ['RS256'],
    userinfo_endpoint: `${baseUrl}/userinfo`,
    jwks_uri: `${baseUrl}/token_keys`,
    end_session_endpoint: `${baseUrl}/logout.do`,
    scopes_supported: ['openid', 'profile', 'email', 'phone', 'roles', 'user_attributes'],
    response_types_supported: ['code', 'code id_token', 'id_token', 'token id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    claim_types_supported: ['normal'],
    claims_supported: [
      'sub',
      'user_name',
      'origin',
      'iss',
      'auth_time',
      'aud',
      'azp',
      'cid',
      'email',
      'roles',
      'given_name',
      'family_name',
    ],
    claims_parameter_supported: false,
    code_challenge_methods_supported: ['S256', 'plain'],
    service_documentation: DOCUMENTATION,
    ui_locales_supported: ['en-US'],
  };
}

async function readUserInfo(deps: RestDeps, c: Context, issuer: Issuer): Promise<Record<string, unknown>> {
  return withTx(deps, async (tx) => {
    const { actor } = await readBearer(deps, tx, c, issuer);
    if (!actor.userId || !actor.groups.includes('openid')) {
      throw new TesseraError(
        'forbidden',
        'Insufficient scope for this resource: a token of a user with the scope openid is needed.',
      );
    }
    const user = await readUser(tx, actor.userId);
    return {
      user_id: user.id,
      sub: user.id,
      user_name: user.userName,
      given_name: user.givenName,
      family_name: user.familyName,
      name: `${user.givenName} ${user.familyName}`.trim(),
      email: user.email,
      email_verified: user.verified,
      phone_number: null,
      previous_logon_time: user.lastLogonAt ? Date.parse(user.lastLogonAt) : 0,
      roles: user.groups.map((group) => group.displayName),
      user_attributes: {},
    };
  });
}
