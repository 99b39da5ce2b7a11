import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Kubernetes } from '../real/kubernetes.ts';

const everyMs = 200;
const answerMs = 3_000;
const path = '/api/v1/namespaces/default/configmaps/writes';
const Counter = z.object({ data: z.object({ count: z.string() }) });

/** Counts up in the cluster's etcd, five times a second, and remembers what was acknowledged: that must never be lost. */
export class Writes {
  readonly #kubernetes: Kubernetes;
  readonly #stop = new AbortController();
  #acknowledged = 0;
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

  /** Ends the counting and answers what of it is gone; a count that is higher than acknowledged was a write whose answer got lost. */
  async lost(): Promise<number> {
    const { data } = Counter.parse(JSON.parse(await this.#kubernetes.send({ path, deadlineMs: answerMs })));
    return Math.max(0, this.#acknowledged - Number(data.count));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    for (let count = 1; !this.#stop.signal.aborted; count += 1) {
      try {
        await this.#kubernetes.send({
          method: 'PATCH',
          path,
          body: { data: { count: String(count) } },
          deadlineMs: answerMs,
        });
        this.#acknowledged = count;
      } catch {
        // refused or unanswered: not acknowledged, so it may be lost
        this.#kubernetes.reconnect();
      }
      // the abort ends the sleep; the loop's condition sees it
      await sleep(everyMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }
}
