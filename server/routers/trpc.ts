import { initTRPC, TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import { isDatabaseDown } from '#db/is-database-down.ts';
import { inTransaction } from '#db/transaction.ts';
import { ERROR_CODES, type ErrorDetail } from '#model/error-code.ts';
import { faultsByField } from '#model/faults-by-field.ts';
import type { Action } from '#model/role.ts';
import { authorize } from '#server/identity/authorize.ts';
import { TesseraError, tesseraErrorOf } from '#server/platform/error.ts';
import type { Context } from './context.ts';

/** A ping must come more often than clients give up, else dead links look alive. */
const PING_MS = 10_000;
const GIVE_UP_MS = 25_000;
/** The launcher starts it again; a full disk it cannot help. */
const DATABASE_AWAY = 'The database does not answer, or its disk is full. Work goes on by itself when it is back.';

const t = initTRPC.context<Context>().create({
  sse: { ping: { enabled: true, intervalMs: PING_MS }, client: { reconnectAfterInactivityMs: GIVE_UP_MS } },
  errorFormatter: ({ shape, error, ctx }) => ({
    ...shape,
    // the session is read before any procedure, so its fault is translated here
    message: isDatabaseDown(error.cause) && !tesseraErrorOf(error.cause) ? DATABASE_AWAY : shape.message,
    data: { ...shape.data, tessera: detailOf(error, ctx) },
  }),
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** Translates thrown errors once for this dialect: code and status outside, the sentence for the operator inside. */
const translated = t.middleware(async ({ ctx, path, next }) => {
  const result = await next();
  if (result.ok || result.error.cause instanceof ZodError) return result;
  const thrown = result.error.cause instanceof TRPCError ? result.error.cause : result.error;
  const refusal = tesseraErrorOf(thrown.cause);
  if (refusal) {
    throw new TRPCError({
      code: TRPC_CODES[refusal.http] ?? 'INTERNAL_SERVER_ERROR',
      message: refusal.message,
      cause: refusal,
    });
  }
  if (thrown.code !== 'INTERNAL_SERVER_ERROR') throw thrown;
  ctx.console.log.error({ err: thrown.cause ?? thrown, id: ctx.requestId, path }, 'request failed');
  const unavailable = isDatabaseDown(thrown.cause);
  throw new TRPCError({
    code: 'INTERNAL_SERVER_ERROR',
    message: unavailable ? DATABASE_AWAY : `Tessera failed inside. The console log says why under ${ctx.requestId}.`,
    cause: new TesseraError(unavailable ? 'database_unavailable' : 'internal', 'see the console log', {
      cause: thrown.cause,
    }),
  });
});

/** Cross-site requests cannot set our header; sessions must also know its value. */
const guarded = t.middleware(({ ctx, type, next }) => {
  if (type !== 'mutation') return next();
  const expected = ctx.session?.csrf ?? ctx.csrf;
  if (!ctx.sameOrigin || ctx.csrf === null || ctx.csrf !== expected) {
    throw new TesseraError(
      'forbidden',
      'This request did not come from a page of this console. Reload the page and try again.',
    );
  }
  return next();
});

/** Opens one transaction for the deed; a refusal rolls it back. */
const transactional = t.middleware(({ ctx, next }) =>
  inTransaction(ctx.console.pool, async (tx) => {
    const result = await next({ ctx: { tx } });
    if (!result.ok) throw result.error;
    return result;
  }),
);

/** Without a session: first-run set-up and log-in. */
export const openProcedure = t.procedure.use(translated).use(guarded);

/** With a session whose groups may do `action`. */
export const streamFor = (action: Action) =>
  openProcedure.use(({ ctx, next }) => {
    if (!ctx.session) throw new TesseraError('unauthenticated', 'Your session has ended. Log in again.');
    authorize(ctx.session.actor, action);
    return next({ ctx: { session: ctx.session, actor: ctx.session.actor } });
  });

/** As `streamFor`, inside one transaction (`ctx.tx`). */
export const procedureFor = (action: Action) => streamFor(action).use(transactional);

/** With a session of any kind; the domain function decides who may, because it depends on the thing (its owner). */
export const ownProcedure = openProcedure
  .use(({ ctx, next }) => {
    if (!ctx.session) throw new TesseraError('unauthenticated', 'Your session has ended. Log in again.');
    return next({ ctx: { session: ctx.session, actor: ctx.session.actor } });
  })
  .use(transactional);

const TRPC_CODES: Record<number, TRPCError['code']> = {
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  422: 'UNPROCESSABLE_CONTENT',
  429: 'TOO_MANY_REQUESTS',
};

function detailOf(error: TRPCError, ctx: Context | undefined): ErrorDetail {
  const id = ctx?.requestId ?? null;
  const refusal = tesseraErrorOf(error.cause);
  if (refusal) {
    return {
      code: refusal.code,
      remedy: ERROR_CODES[refusal.code].remedy,
      fields: { ...refusal.fields },
      id,
    };
  }
  if (error.cause instanceof ZodError) {
    const fields = faultsByField(error.cause);
    return { code: 'invalid_input', remedy: ERROR_CODES.invalid_input.remedy, fields, id };
  }
  const code = isDatabaseDown(error.cause) ? 'database_unavailable' : 'internal';
  return { code, remedy: ERROR_CODES[code].remedy, fields: {}, id };
}
