import type { QueryClient } from '@tanstack/react-query';
import type { TesseraEvent } from '#model/event.ts';
import { isStale, type StaleQuery, staleQueries } from './apply-event.ts';

/** Between two refetches caused by events; the first of a burst goes at once. */
const WINDOW_MS = 200;

/** Turns events into refetches of what is on the page: one batch per frame at most, none cancelled, none lost. */
export class Refresher {
  readonly #queries: QueryClient;
  #due: StaleQuery[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(queries: QueryClient) {
    this.#queries = queries;
  }

  take(events: TesseraEvent[]): void {
    for (const stale of events.flatMap(staleQueries)) {
      if (!this.#due.some((known) => sameQuery(known, stale))) this.#due.push(stale);
    }
    this.#arm();
  }

  /** Everything on the page is read again: events were missed. */
  takeAll(): void {
    void this.#queries.invalidateQueries();
  }

  #arm(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => this.#flush(), Math.max(0, this.#lastAt + WINDOW_MS - performance.now()));
  }

  #flush(): void {
    this.#timer = null;
    this.#lastAt = performance.now();
    const due = this.#due;
    this.#due = [];
    const cache = this.#queries.getQueryCache().getAll();
    for (const stale of due) {
      const hit = cache.filter((query) => isStale(query.queryKey, stale));
      // an answer under way may be older than the event: wait for it, then ask again
      if (hit.some((query) => query.state.fetchStatus === 'fetching')) this.#due.push(stale);
    }
    const now = due.filter((stale) => !this.#due.includes(stale));
    void this.#queries.invalidateQueries({ predicate: (query) => now.some((stale) => isStale(query.queryKey, stale)) });
    if (this.#due.length > 0) this.#arm();
  }
}

const sameQuery = (a: StaleQuery, b: StaleQuery): boolean =>
  a.path === b.path && JSON.stringify(a.input) === JSON.stringify(b.input);
