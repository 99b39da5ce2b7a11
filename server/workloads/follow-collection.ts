import { z } from 'zod';
import type { KubeApi, WatchEvent } from '#server/kubernetes/kube-api.ts';
import type { Clock } from '#server/platform/clock.ts';
import { tesseraErrorOf } from '#server/platform/error.ts';
import type { ApiGate } from './api-gate.ts';

const PAGE = 500;
/** After a failure: what fails at once must not keep a processor busy. */
const PAUSE_MS = 200;
/** The version that a watch asked for is no longer kept: everything has to be listed again. */
const GONE = 410;

const List = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().default('') }),
  items: z.array(z.record(z.string(), z.unknown())),
});
const Versioned = z.object({ metadata: z.object({ resourceVersion: z.string() }) });
const Status = z.object({ code: z.number().default(0), message: z.string().default('') });

export type CollectionNews =
  | { type: 'listed'; items: Record<string, unknown>[] }
  | { type: 'put' | 'removed'; object: Record<string, unknown> };

/**
 * Lists a collection and follows it until the signal aborts. A watch that ends or breaks goes on from the last version heard; only when the API
 * no longer keeps that version is everything listed again.
 */
export async function followCollection(
  { api, gate, clock, path }: { api: Pick<KubeApi, 'send' | 'watch'>; gate: ApiGate; clock: Clock; path: string },
  tell: (news: CollectionNews) => void,
  signal: AbortSignal,
): Promise<void> {
  let version: string | null = null;
  while (!signal.aborted) {
    try {
      const session = AbortSignal.any([signal, await gate.pass(signal)]);
      if (version === null) {
        const listed = await listAll(api, path, session);
        tell({ type: 'listed', items: listed.items });
        version = listed.version;
      }
      for await (const event of api.watch({ path, resourceVersion: version, signal: session })) {
        version = take(event, tell);
        if (version === null) break;
      }
    } catch (error) {
      if (signal.aborted) return;
      // refused, not unanswered: the version is of no use to this server
      if (tesseraErrorOf(error)?.code === 'kubernetes_refused') version = null;
      gate.suspect();
      // the abort ends the sleep; the loop's condition sees it
      await clock.sleep(PAUSE_MS, signal).catch(() => undefined);
    }
  }
}

async function listAll(api: Pick<KubeApi, 'send'>, path: string, signal: AbortSignal) {
  const items: Record<string, unknown>[] = [];
  let next = '';
  while (true) {
    const query = `?limit=${PAGE}${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`;
    const list = List.parse(await api.send({ path: `${path}${query}`, signal, timeoutMs: 10_000 }));
    items.push(...list.items);
    next = list.metadata.continue;
    if (next === '') return { items, version: list.metadata.resourceVersion };
  }
}

/** The version to go on from; null when everything has to be listed again. */
function take(event: WatchEvent, tell: (news: CollectionNews) => void): string | null {
  if (event.type === 'ERROR') {
    const status = Status.parse(event.object);
    if (status.code === GONE) return null;
    throw new Error(`the watch ended: ${status.message}`);
  }
  if (event.type === 'DELETED') tell({ type: 'removed', object: event.object });
  if (event.type === 'ADDED' || event.type === 'MODIFIED') tell({ type: 'put', object: event.object });
  return Versioned.parse(event.object).metadata.resourceVersion;
}
