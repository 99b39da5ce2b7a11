import type { Context } from 'hono';
import type { Pool } from 'pg';
import { inTransaction, type Tx } from '#db/transaction.ts';
import type { Plan } from '#model/plan.ts';
import type { Actor } from '#model/role.ts';
import type { Issuer } from '#model/user.ts';
import type { TokenSource } from '#server/identity/issue-token.ts';
import { type VerifiedToken, verifyToken } from '#server/identity/verify-token.ts';
import type { Clock } from '#server/platform/clock.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Log } from '#server/platform/log.ts';
import type { Vault } from '#server/platform/vault.ts';

/** The deployed Container Service as its API shows it. */
export type PksApi = {
  /** API hostname (FQDN) of the deployed tile. */
  hostname: string;
  productVersion: string;
  /** Active plans. */
  plans: readonly Plan[];
};

export type RestDeps = {
  pool: Pool;
  vault: Vault;
  clock: Clock;
  log: Log;
  /** `readPksApi` of this room; null while no Container Service is deployed. */
  readPksApi: (tx: Tx) => Promise<PksApi | null>;
};

/** Port of the UAA on an API VM; part of the issuer's URL, which clusters are told at their creation. */
const UAA_PORT = 8443;

/** One request's work in one transaction. */
export const withTx = <T>(deps: RestDeps, work: (tx: Tx) => Promise<T>): Promise<T> => inTransaction(deps.pool, work);

/** The deployed Container Service; throws not_configured until there is one. */
export async function pksApiOf(deps: RestDeps, tx: Tx): Promise<PksApi> {
  const api = await deps.readPksApi(tx);
  if (!api)
    throw new TesseraError(
      'not_configured',
      'The Container Service is not deployed. Configure its tile and apply changes.',
    );
  return api;
}

/** `https://<API hostname>:8443`. */
export async function baseUrlOf(deps: RestDeps, tx: Tx): Promise<string> {
  return `https://${(await pksApiOf(deps, tx)).hostname}:${UAA_PORT}`;
}

export async function tokenSourceOf(deps: RestDeps, tx: Tx, issuer: Issuer): Promise<TokenSource> {
  return { issuer, baseUrl: await baseUrlOf(deps, tx), vault: deps.vault, clock: deps.clock };
}

/** The bearer of this request's access token; throws unauthenticated. */
export async function readBearer(deps: RestDeps, tx: Tx, c: Context, issuer: Issuer): Promise<VerifiedToken> {
  const match = /^bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '');
  if (!match?.[1]) throw new TesseraError('unauthenticated', 'Full authentication is required to access this resource');
  return verifyToken(tx, { issuer, baseUrl: await baseUrlOf(deps, tx), clock: deps.clock }, match[1]);
}

/** Runs `work` as the bearer, in one transaction. */
export const asBearer = <T>(
  deps: RestDeps,
  c: Context,
  issuer: Issuer,
  work: (tx: Tx, actor: Actor) => Promise<T>,
): Promise<T> =>
  withTx(deps, async (tx) => {
    const { actor } = await readBearer(deps, tx, c, issuer);
    return work(tx, actor);
  });

/**
 * Where a request came from, for throttling. API VMs forward over mTLS and say whom for; only the entry they wrote themselves, the
 * last one, is believed.
 */
export function addressOf(c: Context): string {
  return c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() || 'unknown';
}

/** Kubernetes profiles and the like are the largest things sent. */
const BODY_MAX = 1024 * 1024;

/**
 * The body as text; throws invalid_input when it is larger than 1 MiB. Counted while it is read, because a forwarded body comes in chunks
 * without a length. (hono's own limit makes a new Request of the incoming one, which node-server's objects do not allow.)
 */
export async function readText(c: Context): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    size += chunk.length;
    if (size > BODY_MAX) throw new TesseraError('invalid_input', 'The request body is larger than 1 MiB.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** The body as JSON; throws invalid_input when it is none. */
export async function readJson(c: Context): Promise<unknown> {
  const text = await readText(c);
  try {
    return JSON.parse(text || '{}');
  } catch (cause) {
    throw new TesseraError('invalid_input', 'The request body is not valid JSON.', { cause });
  }
}
