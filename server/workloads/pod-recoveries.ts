import { and, eq, isNull } from 'drizzle-orm';
import { recoveries } from '#db/schema/health.ts';
import type { Tx } from '#db/transaction.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { runningDrill } from '#server/health/append-mark.ts';
import type { ClusterMemory } from './cluster-memory.ts';
import { exactTime, type Loss, type News } from './tell-news.ts';

type Open = { id: number; keeper: string; uid: string | null; beganAt: Date; acted: boolean };
const MOST_OPEN = 500;

/**
 * Recoveries of the pod layer of one deployment: a ready pod that somebody keeps was lost; it ends when the keeper has all its pods again.
 * Open ones are found again after a restart of the director, under the pod's name.
 */
export class PodRecoveries {
  readonly #deployment: string;
  #open: Open[] = [];

  constructor(deployment: string) {
    this.#deployment = deployment;
  }

  /** What an earlier director left open; call once, before the first `advance`. */
  async load(tx: Tx): Promise<void> {
    const rows = await tx.db
      .select()
      .from(recoveries)
      .where(
        and(eq(recoveries.layer, 'pod'), eq(recoveries.deployment, this.#deployment), isNull(recoveries.recoveredAt)),
      )
      .limit(MOST_OPEN);
    this.#open = rows.map((row) => ({
      id: row.id,
      keeper: keeperIn(row.title),
      uid: null,
      beganAt: row.beganAt,
      acted: row.actedAt !== null,
    }));
  }

  /**
   * Opens recoveries for losses that leave a keeper short, and ends those whose keeper is whole. Sets the phase of the news that begin, carry on
   * or end one. In the caller's transaction.
   */
  async advance(tx: Tx, memory: ClusterMemory, told: { losses: Loss[]; news: News[] }, now: Date): Promise<void> {
    const ready = memory.readyByKeeper();
    for (const loss of told.losses) await this.#begin(tx, memory, ready, loss, told.news, now);
    for (const news of told.news) if (news.event === 'scheduled') await this.#act(tx, news);
    await this.#end(tx, memory, ready, told.news, now);
  }

  async #begin(
    tx: Tx,
    memory: ClusterMemory,
    ready: Map<string, number>,
    { pod, at, cause }: Loss,
    news: News[],
    now: Date,
  ): Promise<void> {
    const workload = memory.workloadOf(pod);
    if (!workload || workload.rolling || this.#open.some((one) => one.uid === pod.uid)) return;
    const keeper = `${workload.kind}/${workload.namespace}/${workload.name}`;
    if ((ready.get(keeper) ?? 0) >= workload.desired) return;
    for (const one of news) if (one.event === 'deleted' && one.data.uid === pod.uid) one.phase = 'detected';
    const [row] = await tx.db
      .insert(recoveries)
      .values({
        layer: 'pod',
        deployment: this.#deployment,
        subject: `pod/${this.#deployment}/${pod.namespace}/${pod.name}`,
        title: `${keeper} lost pod ${pod.name}`,
        cause,
        beganAt: at,
        detectedAt: now,
        drillId: await runningDrill(tx, this.#deployment),
      })
      .returning({ id: recoveries.id });
    if (!row) throw new Error('insert of a recovery returned no row');
    this.#open.push({ id: row.id, keeper, uid: pod.uid, beganAt: at, acted: false });
    await this.#tell(tx, row.id);
  }

  /** A new pod found a node. */
  async #act(tx: Tx, news: News): Promise<void> {
    const waiting = this.#open.find((one) => one.keeper === news.keeper && !one.acted);
    if (!waiting) return;
    waiting.acted = true;
    news.phase = 'acting';
    await tx.db.update(recoveries).set({ actedAt: news.at }).where(eq(recoveries.id, waiting.id));
    await this.#tell(tx, waiting.id);
  }

  async #end(tx: Tx, memory: ClusterMemory, ready: Map<string, number>, news: News[], now: Date): Promise<void> {
    const wanted = new Map(
      memory.keepers().map((one) => [`${one.kind}/${one.namespace}/${one.name}`, one.deleting ? 0 : one.desired]),
    );
    const over = this.#open.filter((one) => (ready.get(one.keeper) ?? 0) >= (wanted.get(one.keeper) ?? 0));
    if (over.length === 0) return;
    for (const { id, keeper, beganAt } of over) {
      const last = news.filter((one) => one.event === 'ready' && one.keeper === keeper).at(-1);
      if (last) last.phase = 'recovered';
      const whole = last?.at ?? lastReady(memory, keeper, now);
      // it may be whole again without a new pod: the node came back, or fewer are wanted
      const recoveredAt = whole > beganAt ? whole : now;
      await tx.db.update(recoveries).set({ recoveredAt }).where(eq(recoveries.id, id));
      await this.#tell(tx, id);
    }
    this.#open = this.#open.filter((one) => !over.includes(one));
  }

  async #tell(tx: Tx, id: number): Promise<void> {
    await appendEvent(tx, 'recovery.changed', `recovery/${id}`, { deployment: this.#deployment, layer: 'pod' });
  }
}

/** Titles begin with the keeper. */
const keeperIn = (title: string): string => title.split(' ')[0] ?? title;

/** When the youngest of a keeper's ready pods became ready. */
function lastReady(memory: ClusterMemory, keeper: string, now: Date): Date {
  let latest: Date | null = null;
  for (const pod of memory.pods.values()) {
    const owner = memory.keeperOf(pod);
    if (!pod.ready || !owner || `${owner.kind}/${pod.namespace}/${owner.name}` !== keeper || !pod.readyAt) continue;
    if (latest === null || pod.readyAt > latest) latest = pod.readyAt;
  }
  return latest === null ? now : exactTime(latest, now);
}
