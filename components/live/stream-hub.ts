import type { TesseraEvent } from '#model/event.ts';
import type { ApiClient } from './api-client.ts';
import { compareCursors } from './apply-event.ts';

/** `connecting`: the page was read a moment ago, so nothing waits for the stream yet. `since` is of the page's own clock, ms. */
export type LiveState = { state: 'connecting' | 'live' | 'lost'; since: number };
export type HubListener = { onEvents: (events: TesseraEvent[]) => void; onGap: () => void };

type Message =
  | { kind: 'events'; events: TesseraEvent[] }
  | { kind: 'state'; state: LiveState['state'] }
  | { kind: 'join'; cursor: string }
  | { kind: 'gap'; cursor: string };

const NAME = 'tessera-live';
/** Events a page remembers: the leader for pages that open a moment later, all for data that comes later than its news. */
const REMEMBERED = 500;
const RETRY_MS = 2000;
/** A page without a stream after this long is not live: what it shows may be old. */
const CONNECT_MS = 3000;

/**
 * One event stream for the whole browser. HTTP/1.1 allows six connections an origin, so only one page (the holder of a Web Lock) follows
 * the server; it passes events on to the others. When it closes, the next page takes the lock and follows from its own last position.
 * Every page drops what it has seen; a page that missed too much is told to read everything again.
 */
export class StreamHub {
  readonly #client: ApiClient;
  readonly #listener: HubListener;
  readonly #channel = new BroadcastChannel(NAME);
  readonly #stop = new AbortController();
  readonly #watchers = new Set<() => void>();
  #state: LiveState = { state: 'connecting', since: performance.now() };
  #cursor: string;
  #leads = false;
  #late: ReturnType<typeof setTimeout> | undefined;
  #recent: TesseraEvent[] = [];
  /** Position before the oldest remembered event. */
  #recentFrom: string;

  /** @param cursor position at which this page's data was read */
  constructor(client: ApiClient, cursor: string, listener: HubListener) {
    this.#client = client;
    this.#cursor = cursor;
    this.#recentFrom = cursor;
    this.#listener = listener;
  }

  start(): void {
    this.#channel.addEventListener('message', (message: MessageEvent<Message>) => this.#hear(message.data));
    this.#expectStream();
    this.#say({ kind: 'join', cursor: this.#cursor });
    // plain HTTP on another address than loopback is no secure context: there each page follows for itself
    const locks = 'locks' in navigator ? navigator.locks : null;
    const led = locks ? locks.request(NAME, { signal: this.#stop.signal }, () => this.#lead()) : this.#lead();
    // rejects only when `stop` aborts the wait for the lock
    led.catch(() => undefined);
  }

  stop(): void {
    this.#stop.abort();
    clearTimeout(this.#late);
    this.#channel.close();
  }

  get state(): LiveState {
    return this.#state;
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Data read at `cursor` came to the page after the news since then: what is remembered is told again, or, when that is too far back, the gap. */
  catchUp(cursor: string): void {
    if (compareCursors(cursor, this.#recentFrom) < 0) {
      this.#listener.onGap();
      return;
    }
    const missed = this.#recent.filter((event) => compareCursors(event.cursor, cursor) > 0);
    if (missed.length > 0) this.#listener.onEvents(missed);
  }

  /** Follows until this page closes; a broken stream is opened again from the last position. */
  async #lead(): Promise<void> {
    this.#leads = true;
    while (!this.#stop.signal.aborted) {
      await this.#follow();
      if (this.#stop.signal.aborted) return;
      this.#become('lost');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  /** A stream may hang without an error: then the page says so after a while. */
  #expectStream(): void {
    clearTimeout(this.#late);
    this.#late = setTimeout(() => this.#become('lost'), CONNECT_MS);
  }

  #follow(): Promise<void> {
    this.#expectStream();
    return new Promise((resolve) => {
      const end = () => {
        this.#stop.signal.removeEventListener('abort', onStop);
        resolve();
      };
      const subscription = this.#client.events.follow.subscribe(
        { lastEventId: this.#cursor },
        {
          onStarted: () => this.#become('live'),
          // "connecting" with an error is a stream that broke; without one it is the first try
          onConnectionStateChange: (change) => {
            if (change.state === 'connecting' && change.error) this.#become('lost');
          },
          onData: (message) => this.#publish(message.data),
          onError: () => end(),
          onStopped: () => end(),
          onComplete: () => end(),
        },
      );
      const onStop = () => {
        subscription.unsubscribe();
        end();
      };
      this.#stop.signal.addEventListener('abort', onStop, { once: true });
    });
  }

  #publish(events: TesseraEvent[]): void {
    this.#say({ kind: 'events', events });
    this.#take(events);
  }

  #hear(message: Message): void {
    switch (message.kind) {
      case 'events':
        this.#take(message.events);
        return;
      case 'state':
        if (!this.#leads) this.#become(message.state);
        return;
      case 'gap':
        if (compareCursors(this.#cursor, message.cursor) < 0) {
          this.#cursor = message.cursor;
          this.#recent = [];
          this.#recentFrom = message.cursor;
          this.#listener.onGap();
        }
        return;
      default:
        if (this.#leads) this.#welcome(message.cursor);
    }
  }

  /** Gives a page that just opened what it missed since it was read. */
  #welcome(cursor: string): void {
    this.#say({ kind: 'state', state: this.#state.state });
    if (compareCursors(cursor, this.#recentFrom) < 0) {
      this.#say({ kind: 'gap', cursor: this.#cursor });
      return;
    }
    const missed = this.#recent.filter((event) => compareCursors(event.cursor, cursor) > 0);
    if (missed.length > 0) this.#say({ kind: 'events', events: missed });
  }

  #take(events: TesseraEvent[]): void {
    const fresh = events.filter((event) => compareCursors(event.cursor, this.#cursor) > 0);
    const last = fresh.at(-1);
    if (!last) return;
    this.#cursor = last.cursor;
    this.#remember(fresh);
    this.#listener.onEvents(fresh);
  }

  #remember(events: TesseraEvent[]): void {
    this.#recent.push(...events);
    const over = this.#recent.length - REMEMBERED;
    if (over <= 0) return;
    this.#recentFrom = this.#recent[over - 1]?.cursor ?? this.#recentFrom;
    this.#recent = this.#recent.slice(over);
  }

  #become(state: LiveState['state']): void {
    if (state === 'live') clearTimeout(this.#late);
    if (this.#leads) this.#say({ kind: 'state', state });
    if (this.#state.state === state) return;
    this.#state = { state, since: performance.now() };
    for (const watcher of this.#watchers) watcher();
  }

  #say(message: Message): void {
    if (!this.#stop.signal.aborted) this.#channel.postMessage(message);
  }
}
