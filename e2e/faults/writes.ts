import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Kubernetes } from '../real/kubernetes.ts';

const everyMs = 200;
const answerMs = 3_000;
const path = '/api/v1/namespaces/default/configmaps/writes';
const Counter = z.object({
  metadata: z.object({ resourceVersion: z.string() }),
  data: z.object({ count: z.string() }),
});

/** Counts up in the cluster's etcd, five times a second, and remembers what was acknowledged: that must never be lost. */
export class Writes {
  readonly #kubernetes: Kubernetes;
  readonly #stop = new AbortController();
  #acknowledged = 0;
  #lost = 0;
  #loop: Promise<void> | undefined;

  constructor(kubernetes: Kubernetes) {
    this.#kubernetes = kubernetes;
  }

  async start(): Promise<void> {
    const body = { metadata: { name: 'writes' }, data: { count: '0' } };
    await this.#kubernetes.send({ method: 'POST', path: path.slice(0, path.lastIndexOf('/')), body });
    this.#loop = this.#run();
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** How many acknowledged writes were gone, at any time since the start. Rejects while the cluster does not answer. */
  async lost(): Promise<number> {
    await this.#read();
    return this.#lost;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    let version: string | undefined;
    for (let count = 1; !this.#stop.signal.aborted; count += 1) {
      try {
        // against the version seen last: a write that was given up and arrives late must not undo an acknowledged one, and a count that fell
        // back is refused, then read, before the next write would hide it
        const resourceVersion: string = version ?? (await this.#read()).metadata.resourceVersion;
        const body = { metadata: { resourceVersion }, data: { count: String(count) } };
        const written = await this.#kubernetes.send({ method: 'PATCH', path, body, deadlineMs: answerMs });
        version = Counter.parse(JSON.parse(written)).metadata.resourceVersion;
        this.#acknowledged = count;
      } catch {
        // refused or unanswered: not acknowledged, so it may be lost
        version = undefined;
        this.#kubernetes.reconnect();
      }
      // the abort ends the sleep; the loop's condition sees it
      await sleep(everyMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  /** A higher count than the acknowledged one is a later write, or one whose answer got lost. */
  async #read(): Promise<z.infer<typeof Counter>> {
    // before the count is asked for: the writing goes on meanwhile
    const acknowledged = this.#acknowledged;
    const counter = Counter.parse(JSON.parse(await this.#kubernetes.send({ path, deadlineMs: answerMs })));
    this.#lost = Math.max(this.#lost, acknowledged - Number(counter.data.count));
    return counter;
  }
}
