import type { Pool } from 'pg';
import { workloads } from '#db/schema/health.ts';
import { inTransaction } from '#db/transaction.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { appendMark } from '#server/health/append-mark.ts';
import type { KubeApi } from '#server/kubernetes/kube-api.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import { ApiGate } from './api-gate.ts';
import {
  type Change,
  ClusterMemory,
  COLLECTION_NAMES,
  COLLECTIONS,
  type CollectionName,
  keyOf,
} from './cluster-memory.ts';
import { type CollectionNews, followCollection } from './follow-collection.ts';
import { PodRecoveries } from './pod-recoveries.ts';
import { NOTHING_SEEN, readSeen } from './seen-workloads.ts';
import { type Loss, type News, tellNews } from './tell-news.ts';
import { WorkloadAlerts } from './workload-alerts.ts';

export type WatchedCluster = { deployment: string; name: string };
export type WatchOptions = {
  pool: Pool;
  api: Pick<KubeApi, 'send' | 'watch'>;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
};

/** Changes of one moment (a node and its pods) are written together. */
const GATHER_MS = 100;
/** While nothing changes, the row says this often that the cluster is still heard. */
const HEARD_EVERY_MS = 30_000;
/** An address that moves to another master is back sooner: no reason to say anything. */
const SAY_SILENT_AFTER_MS = 3000;
const CHECK_MS = 2000;
const RETRY_WRITE_MS = 1000;

/** Watches one cluster until the signal aborts: rows for pages, marks, recoveries and alerts. */
export async function watchCluster(options: WatchOptions, cluster: WatchedCluster): Promise<void> {
  await new ClusterWatch(options, cluster).run();
}

class ClusterWatch {
  readonly #options: WatchOptions;
  readonly #cluster: WatchedCluster;
  readonly #memory = new ClusterMemory();
  readonly #gate: ApiGate;
  readonly #recoveries: PodRecoveries;
  readonly #alerts: WorkloadAlerts;
  readonly #listed = new Set<CollectionName>();
  #news: News[] = [];
  #losses: Loss[] = [];
  #changed = true;
  #silentSince: number;
  #heardAt: Date | null = null;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #written = '';
  #poke: () => void = () => undefined;

  constructor(options: WatchOptions, cluster: WatchedCluster) {
    this.#options = options;
    this.#cluster = cluster;
    this.#gate = new ApiGate(options.api, options.clock);
    this.#recoveries = new PodRecoveries(cluster.deployment);
    this.#alerts = new WorkloadAlerts(cluster.deployment, cluster.name);
    this.#silentSince = options.clock.monotonic();
  }

  async run(): Promise<void> {
    const { api, clock, signal } = this.#options;
    await Promise.all([
      this.#gate.run(signal, (isOpen) => this.#turn(isOpen)),
      ...COLLECTION_NAMES.map((name) =>
        followCollection(
          { api, gate: this.#gate, clock, path: COLLECTIONS[name] },
          (news) => this.#take(name, news),
          signal,
        ),
      ),
      this.#write(),
    ]);
  }

  #turn(isOpen: boolean): void {
    if (!isOpen) this.#silentSince = this.#options.clock.monotonic();
    this.#changed = true;
    this.#poke();
  }

  #take(name: CollectionName, news: CollectionNews): void {
    const now = this.#options.clock.now();
    this.#heardAt = now;
    const changes = this.#remember(name, news);
    // what was there before anybody looked is no news
    const isNews = this.#listed.has(name);
    if (news.type === 'listed') this.#listed.add(name);
    for (const change of isNews ? changes : []) {
      const told = tellNews(this.#memory, change, now);
      this.#news.push(...told.news);
      this.#losses.push(...told.losses);
    }
    this.#changed = true;
    this.#poke();
  }

  #remember(name: CollectionName, news: CollectionNews): Change[] {
    if (news.type === 'listed') return this.#memory.relist(name, news.items);
    const change =
      news.type === 'put' ? this.#memory.put(name, news.object) : this.#memory.remove(name, keyOf(news.object));
    return change === null ? [] : [change];
  }

  /** Everything is listed: before that, what is missing may only not be known yet. */
  get #isWhole(): boolean {
    return this.#listed.size === COLLECTION_NAMES.length;
  }

  async #write(): Promise<void> {
    const { clock, log, signal } = this.#options;
    let loaded = false;
    while (!signal.aborted) {
      try {
        if (!loaded) await this.#load();
        loaded = true;
        await this.#flush();
        await this.#untilNext();
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error, cluster: this.#cluster.name }, 'cannot write what a cluster runs; next in a moment');
        // what was rolled back is not open and not raised: the tables say what is
        loaded = false;
        this.#changed = true;
        // the abort ends the sleep; the loop's condition sees it
        await clock.sleep(RETRY_WRITE_MS, signal).catch(() => undefined);
      }
    }
  }

  /** What an earlier director left: open recoveries and alerts, and when the cluster was last heard. */
  async #load(): Promise<void> {
    await inTransaction(this.#options.pool, async (tx) => {
      await this.#recoveries.load(tx);
      await this.#alerts.load(tx);
      this.#heardAt ??= (await readSeen(tx, this.#cluster.deployment)).heardAt;
    });
  }

  /** Soon after a change, else at the next check. */
  async #untilNext(): Promise<void> {
    const { clock, signal } = this.#options;
    if (!this.#changed) {
      const poked = new AbortController();
      this.#poke = () => poked.abort();
      // cut short by news or by the end
      await clock.sleep(CHECK_MS, AbortSignal.any([signal, poked.signal])).catch(() => undefined);
    }
    // the abort ends the sleep; the caller's loop sees it
    if (this.#changed) await clock.sleep(GATHER_MS, signal).catch(() => undefined);
  }

  async #flush(): Promise<void> {
    const { pool, clock } = this.#options;
    const now = clock.now();
    const due = this.#isWhole && this.#gate.isOpen && this.#alerts.isDue(this.#memory);
    const row = this.#rowNow(now);
    if (!this.#changed && !due && row === null) return;
    const [news, losses] = [this.#news, this.#losses];
    this.#changed = false;
    await inTransaction(pool, async (tx) => {
      if (this.#isWhole) {
        await this.#recoveries.advance(tx, this.#memory, { losses, news }, now);
        if (this.#gate.isOpen) await this.#alerts.check(tx, this.#memory, clock.monotonic());
      }
      const { deployment } = this.#cluster;
      for (const { lane, of, title, at, phase, data } of news)
        await appendMark(tx, { lane, phase, deployment, subject: `${lane}/${deployment}/${of}`, title, at, data });
      if (row === null) return;
      const values = { heardAt: this.#heardAt, problem: row.problem, seen: row.seen };
      await tx.db
        .insert(workloads)
        .values({ deployment, ...values })
        .onConflictDoUpdate({ target: workloads.deployment, set: row.isHeardOf ? values : { problem: row.problem } });
      await appendEvent(tx, 'workloads.changed', `deployment/${deployment}`, { cluster: this.#cluster.name });
    });
    this.#news = this.#news.slice(news.length);
    this.#losses = this.#losses.slice(losses.length);
    if (row === null) return;
    this.#written = row.text;
    this.#writtenAt = clock.monotonic();
  }

  /** The row to write, or null when the one that is there says the same and is fresh. */
  #rowNow(now: Date) {
    const silentMs = this.#options.clock.monotonic() - this.#silentSince;
    const problem = this.#gate.isOpen || silentMs < SAY_SILENT_AFTER_MS ? null : this.#silence();
    if (this.#gate.isOpen && this.#isWhole) this.#heardAt = now;
    const seen = this.#isWhole ? this.#memory.view() : NOTHING_SEEN;
    const text = JSON.stringify([problem, seen]);
    const isOld = this.#options.clock.monotonic() - this.#writtenAt > HEARD_EVERY_MS && this.#gate.isOpen;
    if (!this.#isWhole && problem === null) return null;
    if (text === this.#written && !isOld) return null;
    return { problem, seen, text, isHeardOf: this.#isWhole };
  }

  #silence(): string {
    const { name } = this.#cluster;
    const words = this.#heardAt === null ? 'has not been heard yet' : 'is not heard';
    return `The API of ${name} ${words}. ${this.#gate.problem ?? ''}`.trim();
  }
}
