import { Agent, type Dispatcher, request } from 'undici';
import { z } from 'zod';
import { TesseraError } from '#server/platform/error.ts';
import type { KubeAccess } from './read-kube-access.ts';

/** A dead master must not hold a caller: its successor has the address within a second. */
const CONNECT_MS = 500;
const ANSWER_MS = 2000;
/** The API server sends a bookmark each minute; a watch that says nothing longer than this is dead. */
const WATCH_SILENT_MS = 90_000;
/** The kernel asks an idle connection each second: when the API's address has moved to another master, that one resets it. */
const PROBE_IDLE_MS = 1000;

export type KubeRequest = {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with query: `/api/v1/nodes/worker-0`. */
  path: string;
  body?: unknown;
  /** For PATCH: merge by default; `apply` is server-side apply. */
  patch?: 'merge' | 'strategic' | 'apply';
  signal?: AbortSignal;
  timeoutMs?: number;
};

const Status = z.object({ message: z.string().optional(), reason: z.string().optional() });
export const WatchEvent = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.record(z.string(), z.unknown()),
});
export type WatchEvent = z.infer<typeof WatchEvent>;

/** The API of one cluster: JSON in and out, deadlines everywhere. Close it when done. */
export class KubeApi {
  readonly #server: string;
  readonly #agent: Agent;

  /** `connections`: how many requests may go on at once; each watch is one. */
  constructor(access: KubeAccess, { connections = 8 }: { connections?: number } = {}) {
    this.#server = access.server;
    this.#agent = new Agent({
      connect: {
        ca: access.caPem,
        cert: access.certificatePem,
        key: access.privateKeyPem,
        timeout: CONNECT_MS,
        keepAlive: true,
        keepAliveInitialDelay: PROBE_IDLE_MS,
      },
      keepAliveTimeout: 4000,
      connections,
    });
  }

  /**
   * One request; answers the parsed body. Throws kubernetes_unavailable when nobody answers in time or the API is not ready, not_found,
   * conflict (409: exists already, or changed meanwhile), and kubernetes_refused with the cluster's own sentence.
   */
  async send(options: KubeRequest): Promise<Record<string, unknown>> {
    const method = options.method ?? 'GET';
    const response = await this.#open(options, method, options.timeoutMs ?? ANSWER_MS);
    const text = await response.body.text().catch((cause: unknown) => {
      throw unavailable(method, options.path, cause);
    });
    if (response.statusCode >= 400) throw refusal(method, options.path, response.statusCode, text);
    return text === '' ? {} : z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  }

  /** What changes under a collection from `resourceVersion` on; ends when the server ends it, throws as `send`. */
  async *watch(options: { path: string; resourceVersion: string; signal: AbortSignal }): AsyncIterable<WatchEvent> {
    const joint = options.path.includes('?') ? '&' : '?';
    const path = `${options.path}${joint}watch=true&allowWatchBookmarks=true&resourceVersion=${options.resourceVersion}`;
    const response = await this.#open({ path, signal: options.signal }, 'GET', WATCH_SILENT_MS);
    if (response.statusCode >= 400) throw refusal('GET', path, response.statusCode, await response.body.text());
    // the loop below hears of an error; one that comes when it has ended (the API server dies, the client is closed) is nobody's
    response.body.on('error', () => undefined);
    try {
      for await (const line of linesOf(response.body)) yield WatchEvent.parse(JSON.parse(line));
    } catch (cause) {
      if (options.signal.aborted) return;
      throw unavailable('GET', path, cause);
    } finally {
      response.body.destroy();
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #open(options: KubeRequest, method: string, silentMs: number): Promise<Dispatcher.ResponseData> {
    try {
      return await request(`${this.#server}${options.path}`, {
        method: options.method ?? 'GET',
        dispatcher: this.#agent,
        headersTimeout: Math.min(silentMs, options.timeoutMs ?? ANSWER_MS),
        bodyTimeout: silentMs,
        signal: options.signal ?? null,
        headers: { accept: 'application/json', ...contentType(options) },
        body: options.body === undefined ? null : JSON.stringify(options.body),
      });
    } catch (cause) {
      if (options.signal?.aborted) throw cause;
      throw unavailable(method, options.path, cause);
    }
  }
}

/** Lines that are not empty; what the end cuts off is none. */
async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let open = '';
  for await (const chunk of body) {
    const lines = (open + decoder.decode(chunk, { stream: true })).split('\n');
    open = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
}

function contentType({ body, method, patch }: KubeRequest): Record<string, string> {
  if (body === undefined) return {};
  if (method !== 'PATCH') return { 'content-type': 'application/json' };
  const kinds = {
    merge: 'merge-patch+json',
    strategic: 'strategic-merge-patch+json',
    apply: 'apply-patch+yaml',
  } as const;
  return { 'content-type': `application/${kinds[patch ?? 'merge']}` };
}

function unavailable(method: string, path: string, cause: unknown): TesseraError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TesseraError('kubernetes_unavailable', `The cluster's API did not answer ${method} ${path}: ${why}.`, {
    cause,
  });
}

function refusal(method: string, path: string, status: number, text: string): TesseraError {
  const message = sentenceOf(text);
  if (status === 404) return new TesseraError('not_found', `The cluster has no ${path}: ${message}`);
  if (status === 409) return new TesseraError('conflict', `The cluster refused ${method} ${path}: ${message}`);
  if (status === 429 || status >= 500) return unavailable(method, path, `${status} ${message}`);
  return new TesseraError('kubernetes_refused', `The cluster refused ${method} ${path} (${status}): ${message}`);
}

function sentenceOf(text: string): string {
  try {
    return Status.parse(JSON.parse(text)).message ?? text.slice(0, 300);
  } catch {
    // proxies and crashing servers answer plain text
    return text.slice(0, 300);
  }
}
