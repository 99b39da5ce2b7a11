import type { Context } from 'hono';
import { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Issuer } from '#model/user.ts';
import { authenticateClient, type ClientCredentials } from '#server/identity/authenticate-client.ts';
import { grantToken } from '#server/identity/grant-token.ts';
import type { OauthRefusal } from '#server/identity/oauth-error.ts';
import { verifyToken } from '#server/identity/verify-token.ts';
import { TesseraError } from '#server/platform/error.ts';
import { addressOf, type RestDeps, readText, tokenSourceOf, withTx } from '../rest-context.ts';

/** The token endpoint and the endpoint by which resource servers ask what a token says. */
export function createTokenRoutes(deps: RestDeps, issuer: Issuer): Hono {
  const routes = new Hono();

  routes.post('/oauth/token', async (c) => {
    const form = await readForm(c);
    const outcome = await withTx(deps, async (tx) =>
      grantToken(tx, await tokenSourceOf(deps, tx, issuer), {
        client: credentialsOf(c, form),
        grantType: form.get('grant_type') ?? '',
        scopes: (form.get('scope') ?? '').split(/\s+/).filter(Boolean),
        responseType: form.get('response_type') ?? '',
        userName: form.get('username') ?? '',
        password: form.get('password') ?? '',
        refreshToken: form.get('refresh_token') ?? '',
        address: addressOf(c),
      }),
    );
    if (!outcome.ok) return refused(c, outcome);
    const { ok, ...answer } = outcome;
    c.header('cache-control', 'no-store');
    c.header('pragma', 'no-cache');
    return c.json(answer);
  });

  routes.post('/check_token', async (c) => {
    const form = await readForm(c);
    return withTx(deps, async (tx) => {
      const outcome = await authenticateClient(tx, issuer, credentialsOf(c, form));
      if (!outcome.ok) return refused(c, outcome);
      if (!outcome.client.authorities.includes('uaa.resource')) {
        return c.json(
          {
            error: 'access_denied',
            error_description: 'Access is denied: the client needs the authority uaa.resource.',
          },
          403,
        );
      }
      try {
        const source = await tokenSourceOf(deps, tx, issuer);
        const { claims } = await verifyToken(tx, source, form.get('token') ?? '');
        return c.json(claims);
      } catch (error) {
        if (!(error instanceof TesseraError) || error.code !== 'unauthenticated') throw error;
        return c.json({ error: 'invalid_token', error_description: error.message }, 400);
      }
    });
  });
  return routes;
}

/** Form fields; some clients put a few into the URL instead. */
async function readForm(c: Context): Promise<URLSearchParams> {
  const form = new URLSearchParams(await readText(c));
  for (const [key, value] of new URL(c.req.url).searchParams) if (!form.has(key)) form.append(key, value);
  return form;
}

/**
 * Client id and secret from the Basic header or the form. `uaac` says by a header that both are URL-encoded; Go's oauth2 library
 * encodes them without saying so, hence both spellings are tried then.
 */
export function credentialsOf(c: Context, form: URLSearchParams): ClientCredentials {
  const basic = /^basic +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
  if (!basic) return { clientId: form.get('client_id') ?? '', secrets: [form.get('client_secret') ?? ''] };
  const plain = Buffer.from(basic, 'base64').toString();
  const colon = plain.indexOf(':');
  const [id, secret] = colon === -1 ? [plain, ''] : [plain.slice(0, colon), plain.slice(colon + 1)];
  const encoded = c.req.header('x-cf-encoded-credentials')?.toLowerCase() === 'true';
  return { clientId: decoded(id), secrets: encoded ? [decoded(secret)] : [secret, decoded(secret)] };
}

/** Form decoding; text that is not encoded that way stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    // a lone % is an ordinary character of a secret that was not encoded
    return text;
  }
}

function refused(c: Context, refusal: OauthRefusal): Response {
  if (refusal.status === 401) c.header('www-authenticate', 'Basic realm="UAA/client"');
  // the statuses of oauth-error.ts all may have a body
  return c.json(
    { error: refusal.error, error_description: refusal.description },
    refusal.status as ContentfulStatusCode,
  );
}
