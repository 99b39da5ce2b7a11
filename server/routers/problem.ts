import { ERROR_CODES, type ErrorDetail } from '#model/error-code.ts';
import { asTesseraError } from '#server/platform/error.ts';
import type { Context } from './context.ts';

/** A thrown error as the answer of a plain route (uploads, downloads): the sentence and the same detail tRPC gives. */
export function problemOf(thrown: unknown, context: Context): Response {
  const error = asTesseraError(thrown);
  const hidden = error.code === 'internal';
  if (hidden) context.console.log.error({ err: thrown, id: context.requestId }, 'request failed');
  const detail: ErrorDetail = {
    code: error.code,
    remedy: ERROR_CODES[error.code].remedy,
    fields: { ...error.fields },
    id: context.requestId,
  };
  const message = hidden
    ? `Tessera failed inside. The console log says why under ${context.requestId}.`
    : error.message;
  return Response.json({ message, detail }, { status: error.http });
}
