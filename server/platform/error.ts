import { ERROR_CODES, type ErrorCode } from '#model/error-code.ts';

/**
 * The one error of Tessera. `message` is the operator's sentence: what failed, on what, why, what to do.
 * `fields` names the faulty inputs, by property or field name.
 */
export class TesseraError extends Error {
  readonly code: ErrorCode;
  readonly fields: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; fields?: Record<string, string> } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TesseraError';
    this.code = code;
    this.fields = options.fields ?? {};
  }

  get http(): number {
    return ERROR_CODES[this.code].http;
  }
}

/** Any thrown value as a TesseraError; errors that crossed a JSON column (workflow engine) get their code back. */
export function asTesseraError(thrown: unknown): TesseraError {
  if (thrown instanceof TesseraError) return thrown;
  if (thrown instanceof Error) {
    const code =
      'code' in thrown && typeof thrown.code === 'string' && thrown.code in ERROR_CODES ? thrown.code : 'internal';
    // the `in` test above is what makes this a member of the closed list
    return new TesseraError(code as ErrorCode, thrown.message, { cause: thrown, fields: fieldsOf(thrown) });
  }
  return new TesseraError('internal', String(thrown));
}

/**
 * The error itself, or null when it is none. By name, because a bundler gives each of its chunks a class of its own: an error of the vault,
 * made in one chunk, is no instance of the class that another chunk knows.
 */
export const tesseraErrorOf = (thrown: unknown): TesseraError | null =>
  thrown instanceof Error && thrown.name === 'TesseraError' ? asTesseraError(thrown) : null;

function fieldsOf(thrown: Error): Record<string, string> {
  if (!('fields' in thrown) || typeof thrown.fields !== 'object' || thrown.fields === null) return {};
  return Object.fromEntries(Object.entries(thrown.fields).map(([name, message]) => [name, String(message)]));
}

/** One line for logs and task steps: the sentence and its chain of causes. */
export function causeChain(thrown: unknown): string {
  const parts: string[] = [];
  let current: unknown = thrown;
  while (current instanceof Error && parts.length < 6) {
    if (current.message && !parts.includes(current.message)) parts.push(current.message);
    current = current.cause;
  }
  return parts.length > 0 ? parts.join(' ← ') : String(thrown);
}
