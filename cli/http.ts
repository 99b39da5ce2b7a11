import { rootCertificates } from 'node:tls';
import { Agent, request } from 'undici';
import { CliError, NoAnswer } from './cli-error.ts';

/** How a server is trusted: by the system's authorities and this one (PEM), or not at all. */
export type Trust = { caCert: string; skipVerification: boolean };

export type HttpAnswer = { status: number; text: string };
export type HttpRequest = {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  headers?: Record<string, string>;
  body?: string;
};

const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 60_000;

const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
]);

/** One HTTPS server and how it is trusted; connections are kept. Call `close` at the end. */
export class HttpClient {
  readonly #origin: string;
  readonly #agent: Agent;

  constructor(origin: string, trust: Trust) {
    this.#origin = origin;
    this.#agent = new Agent({
      connect: {
        timeout: CONNECT_TIMEOUT_MS,
        rejectUnauthorized: !trust.skipVerification,
        // a list replaces the default authorities, so those are named again
        ...(trust.caCert ? { ca: [...rootCertificates, trust.caCert] } : {}),
      },
      headersTimeout: ANSWER_TIMEOUT_MS,
      bodyTimeout: ANSWER_TIMEOUT_MS,
    });
  }

  /** Sends one request; throws CliError with a sentence when there is no answer at all, NoAnswer when there may be one later. */
  async send(path: string, { method = 'GET', headers = {}, body }: HttpRequest = {}): Promise<HttpAnswer> {
    try {
      const answer = await request(`${this.#origin}${path}`, {
        method,
        headers: { accept: 'application/json', ...headers },
        dispatcher: this.#agent,
        ...(body === undefined ? {} : { body }),
      });
      return { status: answer.statusCode, text: await answer.body.text() };
    } catch (cause) {
      throw explain(this.#origin, cause);
    }
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }
}

function explain(origin: string, cause: unknown): CliError {
  const { host, hostname } = new URL(origin);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const advice = 'Map it to the API address (Status tab), for example with: tessera hosts --write';
    return new CliError(`The name ${hostname} does not resolve. ${advice}`, { cause });
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const advice = 'Use a name that it covers, or -k to skip the check.';
    return new CliError(`The certificate of ${host} is not valid for ${hostname}. ${advice}`, { cause });
  }
  if (UNTRUSTED.has(code)) {
    const advice = 'Give its authority with --ca-cert FILE, or skip the check with -k.';
    return new CliError(`The certificate of ${host} is not trusted (${code}). ${advice}`, { cause });
  }
  if (code === 'ECONNREFUSED') {
    return new NoAnswer(`Nothing listens at ${host}. Is the API deployed and running?`, { cause });
  }
  return new NoAnswer(`${host} does not answer: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}
