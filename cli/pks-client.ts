import { z } from 'zod';
import { CliError, NoAnswer } from './cli-error.ts';
import { type Creds, type Environment, readCreds, writeCreds } from './creds.ts';
import { type HttpAnswer, HttpClient, type HttpRequest, type Trust } from './http.ts';

const TokenAnswer = z.looseObject({ access_token: z.string(), refresh_token: z.string().default('') });
const ErrorBody = z.looseObject({ body: z.string().optional(), error_description: z.string().optional() });

export type TokenPair = z.infer<typeof TokenAnswer>;
export type PksAddress = { api: string; apiPort: number; uaaPort: number };

const NOT_AUTHENTICATED = 'You are not currently authenticated. Please log in to continue.';

/** Asks the UAA for tokens; throws the CLI's sentence when it refuses. */
export async function fetchToken(
  address: PksAddress,
  trust: Trust,
  fields: Record<string, string>,
): Promise<TokenPair> {
  const uaa = new HttpClient(`https://${address.api}:${address.uaaPort}`, trust);
  try {
    const answer = await uaa.send('/oauth/token', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ client_secret: '', ...fields }).toString(),
    });
    if (answer.status === 401 || answer.status === 400)
      throw new CliError('Credentials were rejected, please try again.');
    if (answer.status !== 200) throw refusalOf(answer);
    return TokenAnswer.parse(JSON.parse(answer.text));
  } finally {
    await uaa.close();
  }
}

/** The PKS API as the logged-in user; renews the access token by itself. Call `close` at the end. */
export class PksClient {
  readonly #environment: Environment;
  readonly #http: HttpClient;
  #creds: Creds;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#creds = readCreds(environment);
    this.#http = new HttpClient(`https://${this.#creds.api}:${this.#creds.api_port}`, trustOf(this.#creds));
  }

  get userName(): string {
    return this.#creds.username;
  }

  /** JSON of the answer, undefined when it is empty. Throws CliError with the server's sentence. */
  async call(method: NonNullable<HttpRequest['method']>, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.#authorized(method, path, body);
    if (answer.status > 299) throw refusalOf(answer);
    return answer.text === '' ? undefined : JSON.parse(answer.text);
  }

  /** Like `call` with GET, but undefined when there is no such thing. */
  async find(path: string): Promise<unknown> {
    const answer = await this.#authorized('GET', path);
    if (answer.status === 404) return undefined;
    if (answer.status > 299) throw refusalOf(answer);
    return JSON.parse(answer.text);
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  async #authorized(method: NonNullable<HttpRequest['method']>, path: string, body?: unknown): Promise<HttpAnswer> {
    const send = () =>
      this.#http.send(`/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${this.#creds.access_token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const answer = await send();
    if (answer.status !== 401) return answer;
    await this.#refresh();
    const again = await send();
    if (again.status === 401) throw new CliError(NOT_AUTHENTICATED);
    return again;
  }

  async #refresh(): Promise<void> {
    const creds = this.#creds;
    if (!creds.refresh_token) throw new CliError(NOT_AUTHENTICATED);
    const address = { api: creds.api, apiPort: creds.api_port, uaaPort: creds.uaa_port };
    try {
      const tokens = await fetchToken(address, trustOf(creds), {
        grant_type: 'refresh_token',
        refresh_token: creds.refresh_token,
        client_id: 'pks_cli',
      });
      this.#creds = {
        ...creds,
        access_token: tokens.access_token,
        refresh_token: tokens.refresh_token || creds.refresh_token,
      };
    } catch (cause) {
      if (cause instanceof CliError && cause.message.startsWith('Credentials'))
        throw new CliError(NOT_AUTHENTICATED, { cause });
      throw cause;
    }
    writeCreds(this.#environment, this.#creds);
  }
}

const trustOf = (creds: Creds): Trust => ({ caCert: creds.ca_cert, skipVerification: creds.skip_ssl_verification });

function refusalOf(answer: HttpAnswer): CliError {
  const mayComeBack = answer.status >= 502 && answer.status <= 504;
  return mayComeBack ? new NoAnswer(sentenceOf(answer)) : new CliError(sentenceOf(answer));
}

function sentenceOf(answer: HttpAnswer): string {
  try {
    const parsed = ErrorBody.parse(JSON.parse(answer.text));
    return parsed.body ?? parsed.error_description ?? `the server answered ${answer.status}`;
  } catch {
    // not every proxy in between speaks JSON
    return `the server answered ${answer.status}: ${answer.text.slice(0, 200)}`;
  }
}
