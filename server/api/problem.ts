import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ErrorCode } from '#model/error-code.ts';
import { asTesseraError, causeChain, TesseraError } from '#server/platform/error.ts';
import { newSecret } from '#server/platform/ids.ts';
import type { Log } from '#server/platform/log.ts';

/** A caller may try again by itself after this long. */
const RETRY_AFTER_S = '5';
/** Node's socket errors and PostgreSQL's classes 08 (connection) and 57P (shutdown). */
const DATABASE_FAULT = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|08|57P)/;

/** Any thrown value as what may be told outside; what may not goes to the log under an id that the caller sees. */
export function tellable(thrown: unknown, log: Log, c: Context): TesseraError {
  const error = asTesseraError(thrown);
  if (error.code !== 'internal') return error;
  const id = newSecret(8);
  log.error(
    { id, method: c.req.method, path: c.req.path, error: causeChain(thrown), stack: error.stack },
    'request failed',
  );
  if (isDatabaseFault(thrown)) {
    return new TesseraError(
      'database_unavailable',
      `The database does not answer (${id}). Try again in a few seconds.`,
    );
  }
  return new TesseraError('internal', `Tessera failed on this request. Its log has the reason under ${id}.`);
}

function isDatabaseFault(thrown: unknown): boolean {
  let current: unknown = thrown;
  for (let depth = 0; current instanceof Error && depth < 6; depth++) {
    if ('code' in current && typeof current.code === 'string' && DATABASE_FAULT.test(current.code)) return true;
    if (/Connection terminated|timeout exceeded when trying to connect/.test(current.message)) return true;
    current = current.cause;
  }
  return false;
}

/** PKS dialect: `{"body": "<text>"}`; refused tokens look as its UAA puts them. */
export function pksProblem(thrown: unknown, log: Log, c: Context): Response {
  const error = tellable(thrown, log, c);
  if (error.code === 'unauthenticated') return bearerRefused(error, c);
  return c.json({ body: error.message }, statusOf(error, c));
}

const UAA_ERRORS: Partial<Record<ErrorCode, string>> = {
  forbidden: 'insufficient_scope',
  bad_credentials: 'unauthorized',
  throttled: 'unauthorized',
  not_found: 'not_found',
  invalid_input: 'invalid_request',
};

/** UAA dialect of tokens and clients: `{"error", "error_description"}`. */
export function uaaProblem(thrown: unknown, log: Log, c: Context): Response {
  const error = tellable(thrown, log, c);
  if (error.code === 'unauthenticated') return bearerRefused(error, c);
  const status = error.code === 'invalid_input' ? 400 : statusOf(error, c);
  return c.json(
    { error: UAA_ERRORS[error.code] ?? error.code, error_description: error.message, ...scopeOf(error, c) },
    status,
  );
}

const SCIM_ERRORS: Partial<Record<ErrorCode, { error: string; status?: ContentfulStatusCode }>> = {
  not_found: { error: 'scim_resource_not_found' },
  conflict: { error: 'scim_resource_already_exists' },
  stale_version: { error: 'scim', status: 412 },
  invalid_input: { error: 'invalid_scim_resource', status: 400 },
};

/** UAA dialect of users and groups: `error`, and the sentence under both names that clients read. */
export function scimProblem(thrown: unknown, log: Log, c: Context): Response {
  const error = tellable(thrown, log, c);
  const known = SCIM_ERRORS[error.code];
  if (!known) return uaaProblem(error, log, c);
  const isFilter = error.message.startsWith('Invalid filter expression');
  return c.json(
    { error: isFilter ? 'scim' : known.error, message: error.message, error_description: error.message },
    known.status ?? statusOf(error, c),
  );
}

function bearerRefused(error: TesseraError, c: Context): Response {
  const code = c.req.header('authorization') ? 'invalid_token' : 'unauthorized';
  c.header('www-authenticate', `Bearer realm="oauth", error="${code}"`);
  return c.json({ error: code, error_description: error.message }, 401);
}

function scopeOf(error: TesseraError, c: Context): { scope?: string } {
  if (error.code !== 'forbidden') return {};
  return { scope: c.req.path.includes('/clients') ? 'uaa.admin clients.admin clients.write' : 'uaa.admin scim.write' };
}

function statusOf(error: TesseraError, c: Context): ContentfulStatusCode {
  if (error.http === 503) c.header('retry-after', RETRY_AFTER_S);
  // the table of codes holds only statuses that may have a body
  return error.http as ContentfulStatusCode;
}
