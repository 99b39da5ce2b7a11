import { setTimeout as sleep } from 'node:timers/promises';
import type { Kubernetes } from '../../e2e/real/kubernetes.ts';

/** One question and how it went; times in ms of `performance.now()`. */
export interface Answer {
  askedAt: number;
  answeredAt: number;
  ok: boolean;
}

/** A question that is asked over and over, in time even while earlier ones wait: what is measured is the service, not a client's patience. */
export interface Target {
  name: string;
  everyMs: number;
  ask(): Promise<unknown>;
}

/** Asks all targets at once, until stopped, and keeps every answer. */
export class Prober {
  readonly #answers = new Map<string, Answer[]>();
  readonly #stop = new AbortController();
  readonly #loops: Promise<void>[];

  constructor(targets: Target[]) {
    this.#loops = targets.map((target) => {
      this.#answers.set(target.name, []);
      return this.#run(target);
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#loops);
  }

  /** Longest time without a good answer after `since`, in seconds: between two good ones, and from the last before `since`. */
  longestGap(name: string, since: number): number {
    const good = this.#of(name)
      .filter((answer) => answer.ok)
      .map((answer) => answer.answeredAt)
      .toSorted((a, b) => a - b);
    const from = good.findLastIndex((at) => at <= since);
    const times = good.slice(Math.max(0, from));
    return Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? at)), 0) / 1000;
  }

  /** Seconds from `since` to the end of the last failed question; 0 without one. */
  outage(name: string, since: number): number {
    const failed = this.#of(name).filter((answer) => !answer.ok && answer.answeredAt > since);
    return failed.length === 0 ? 0 : (Math.max(...failed.map((answer) => answer.answeredAt)) - since) / 1000;
  }

  failed(name: string, since: number): number {
    return this.#of(name).filter((answer) => !answer.ok && answer.askedAt > since).length;
  }

  #of(name: string): Answer[] {
    const answers = this.#answers.get(name);
    if (!answers || answers.length === 0) throw new Error(`Nobody asked ${name}.`);
    return answers;
  }

  async #run(target: Target): Promise<void> {
    const pending = new Set<Promise<void>>();
    for (let next = performance.now(); !this.#stop.signal.aborted; next += target.everyMs) {
      const question = this.#ask(target);
      pending.add(question);
      void question.then(() => pending.delete(question));
      // the abort ends the sleep; the loop's condition sees it
      await sleep(Math.max(0, next + target.everyMs - performance.now()), undefined, {
        signal: this.#stop.signal,
      }).catch(() => undefined);
    }
    await Promise.all(pending);
  }

  async #ask(target: Target): Promise<void> {
    const askedAt = performance.now();
    let ok = true;
    try {
      await target.ask();
    } catch {
      // that it failed is what is measured
      ok = false;
    }
    this.#answers.get(target.name)?.push({ askedAt, answeredAt: performance.now(), ok });
  }
}

const readEveryMs = 50;
const readAnswerMs = 3_000;
const writeEveryMs = 100;
const writeAnswerMs = 3_000;
const webEveryMs = 100;
const webAnswerMs = 1_000;
const configMaps = '/api/v1/namespaces/default/configmaps';

/** `/readyz` at the API's address. */
export function apiReads(kubernetes: Kubernetes): Target {
  return {
    name: 'API reads',
    everyMs: readEveryMs,
    ask: () => kubernetes.send({ path: '/readyz', deadlineMs: readAnswerMs }),
  };
}

/** Merge patches of one ConfigMap, which must be there: `prepareWrites`. */
export function apiWrites(kubernetes: Kubernetes): Target {
  let count = 0;
  return {
    name: 'API writes',
    everyMs: writeEveryMs,
    ask: () => {
      count += 1;
      const body = { data: { count: String(count) } };
      return kubernetes.send({ method: 'PATCH', path: `${configMaps}/bench`, body, deadlineMs: writeAnswerMs });
    },
  };
}

export async function prepareWrites(kubernetes: Kubernetes): Promise<void> {
  await kubernetes.send({
    method: 'POST',
    path: configMaps,
    body: { metadata: { name: 'bench' }, data: { count: '0' } },
  });
}

/** A page behind a NodePort, with a new connection each time. `url` may change: a node that is about to die is not asked. */
export function web(url: () => string): Target {
  return {
    name: 'web',
    everyMs: webEveryMs,
    ask: async () => {
      const answer = await fetch(url(), { headers: { connection: 'close' }, signal: AbortSignal.timeout(webAnswerMs) });
      const text = await answer.text();
      if (!answer.ok || !text.includes('nginx')) throw new Error(`${answer.status}`);
    },
  };
}
