import { z } from 'zod';
import { CliError, NoAnswer } from './cli-error.ts';

/** Answer of one procedure of the console. */
// a deed that answers nothing has no data
const Answer = z.object({ result: z.object({ data: z.unknown().optional() }) });
const Fault = z.object({
  error: z.object({
    message: z.string(),
    data: z.looseObject({ tessera: z.looseObject({ code: z.string(), fields: z.record(z.string(), z.string()) }) }),
  }),
});

const COOKIE = 'tessera_session';
const CSRF_HEADER = 'x-tessera-csrf';
const TIMEOUT_MS = 60_000;
/** A product file of some GiB over a slow line. */
const UPLOAD_TIMEOUT_MS = 1_800_000;
/** Answer of a page that is no procedure and refuses. */
const Problem = z.looseObject({ message: z.string(), detail: z.looseObject({ code: z.string() }) });

/** A refusal of the console; `code` is one of Tessera's error codes. */
export class ConsoleRefusal extends CliError {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The console's procedures over HTTP, as a session (empty `token`: before log-in). */
export class ConsoleClient {
  readonly url: string;
  #token: string;
  #csrf: string;

  constructor(url: string, session: { token: string; csrf: string } = { token: '', csrf: 'none-yet' }) {
    this.url = url;
    this.#token = session.token;
    this.#csrf = session.csrf;
  }

  /** Reads; `schema` says what of the answer is used. Throws ConsoleRefusal with the console's sentence. */
  async query<T>(procedure: string, schema: z.ZodType<T>, input?: unknown): Promise<T> {
    const query = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`;
    return schema.parse(await this.#send('GET', `${procedure}${query}`));
  }

  /** Does a deed. */
  async mutate<T>(procedure: string, schema: z.ZodType<T>, input?: unknown): Promise<T> {
    return schema.parse(await this.#send('POST', procedure, input ?? null));
  }

  /** A page that is no procedure: the text of its answer. */
  async download(path: string): Promise<string> {
    const response = await this.#fetch(path, { method: 'GET' });
    const text = await response.text();
    if (!response.ok) throw new CliError(text.trim() || `${path} answered ${response.status}`);
    return text;
  }

  /** Sends a file to a page that is no procedure. Throws ConsoleRefusal with the console's sentence. */
  async upload<T>(path: string, schema: z.ZodType<T>, file: Blob): Promise<T> {
    const signal = AbortSignal.timeout(UPLOAD_TIMEOUT_MS);
    const response = await this.#fetch(path, { method: 'POST', body: file, signal }, 'application/octet-stream');
    const text = await response.text();
    if (response.ok) return schema.parse(parseJson(text));
    const problem = Problem.safeParse(parseJson(text));
    if (problem.success) throw refusalOf(problem.data.detail.code, problem.data.message);
    throw new CliError(`${this.url} answered ${response.status}: ${text.slice(0, 200)}`);
  }

  /** Logs in and answers the session to keep. */
  async signIn(userName: string, password: string): Promise<{ token: string; csrf: string }> {
    await this.mutate('session.signIn', z.unknown(), { userName, password });
    const session = z.object({ csrf: z.string() }).nullable();
    const answer = await this.query('session.get', session);
    if (!answer) throw new CliError(`${this.url} gave no session. Is it a Tessera console?`);
    this.#csrf = answer.csrf;
    return { token: this.#token, csrf: answer.csrf };
  }

  async #send(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const response = await this.#fetch(`/api/trpc/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    this.#keepCookie(response);
    const text = await response.text();
    const answer = parseJson(text);
    const fault = Fault.safeParse(answer);
    if (fault.success) {
      const { code, fields } = fault.data.error.data.tessera;
      // an input that never reached a rule comes as a list of faults; their sentences are in the fields
      const isList = fault.data.error.message.trimStart().startsWith('[');
      throw refusalOf(code, isList ? Object.values(fields).join(' · ') : fault.data.error.message);
    }
    const parsed = Answer.safeParse(answer);
    if (!parsed.success) throw new CliError(`${this.url} answered ${response.status}: ${text.slice(0, 200)}`);
    return parsed.data.result.data;
  }

  async #fetch(path: string, init: RequestInit, contentType = 'application/json'): Promise<Response> {
    try {
      return await fetch(`${this.url}${path}`, {
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...init,
        headers: {
          accept: 'application/json',
          'content-type': contentType,
          [CSRF_HEADER]: this.#csrf,
          ...(this.#token ? { cookie: `${COOKIE}=${this.#token}` } : {}),
        },
      });
    } catch (cause) {
      const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
      throw new NoAnswer(`The console at ${this.url} does not answer (${why}). Is it started?`, { cause });
    }
  }

  #keepCookie(response: Response): void {
    for (const cookie of response.headers.getSetCookie()) {
      const [pair] = cookie.split(';');
      if (pair?.startsWith(`${COOKIE}=`)) this.#token = pair.slice(COOKIE.length + 1);
    }
  }
}

function refusalOf(code: string, sentence: string): ConsoleRefusal {
  const again = code === 'unauthenticated' ? ' Log in with: tessera login -u USER' : '';
  return new ConsoleRefusal(code, `${sentence}${again}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // an HTML page of a proxy in between; the caller shows its beginning
    return null;
  }
}
