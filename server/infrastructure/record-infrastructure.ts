import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';
import type { Cpi, VmView } from '#server/cpi/cpi.ts';
import { appendEvent } from '#server/events/append-event.ts';
import type { Clock } from '#server/platform/clock.ts';
import { asTesseraError } from '#server/platform/error.ts';
import type { Log } from '#server/platform/log.ts';
import { changeInfrastructureState } from './infrastructure-state.ts';
import { type VmNews, writeVms } from './write-vms.ts';

const LOOK_MS = 2000;
/** News of several VMs that stop together are one look. */
const GATHER_MS = 50;
/** Without any change it is written this often that the infrastructure answers. */
const HEARD_EVERY_MS = 10_000;
/** A watch that broke is opened again. */
const WATCH_AGAIN_MS = 1000;

export type RecordInfrastructureOptions = { pool: Pool; cpi: Cpi; clock: Clock; log: Log; signal: AbortSignal };

/**
 * Keeps the infrastructure's own view of its VMs in a table, so that the console can show it: every 2 s, and at once when a VM stops, starts or
 * goes. Only what changed is written. Runs until the signal aborts; an infrastructure that does not answer is written down too.
 */
export async function recordInfrastructure(options: RecordInfrastructureOptions): Promise<void> {
  const { clock, log, signal } = options;
  const recorder = new Recorder(options);
  let cut = new AbortController();
  const watching = followNews(options, () => cut.abort());
  while (!signal.aborted) {
    cut = new AbortController();
    await recorder.look().catch((error: unknown) => {
      if (!signal.aborted) log.warn({ err: error }, 'cannot keep what the infrastructure says; next in a moment');
    });
    // an abort ends the sleep: news came, or the director stops
    await clock.sleep(LOOK_MS, AbortSignal.any([signal, cut.signal])).catch(() => undefined);
    if (cut.signal.aborted) await clock.sleep(GATHER_MS, signal).catch(() => undefined);
  }
  await watching;
}

class Recorder {
  readonly #options: RecordInfrastructureOptions;
  /** What was written, by CID; null: nobody knows what stands in the table. */
  #known: Map<string, VmView> | null = null;
  #heard: { at: number; problem: string | null } | null = null;

  constructor(options: RecordInfrastructureOptions) {
    this.#options = options;
  }

  async look(): Promise<void> {
    const { cpi, clock, signal } = this.#options;
    try {
      const vms = await cpi.listVms({ signal });
      await this.#write(new Map(vms.map((vm) => [vm.cid, vm])));
    } catch (error) {
      if (signal.aborted) return;
      const fault = asTesseraError(error);
      if (fault.code !== 'cpi_unavailable' && fault.code !== 'cpi_failed') throw error;
      await this.#writeHeard(fault.message, clock.monotonic());
    }
  }

  async #write(now: Map<string, VmView>): Promise<void> {
    const { pool, clock } = this.#options;
    const before = this.#known;
    const news: VmNews = {
      changed: [...now.values()].filter((vm) => !isSame(before?.get(vm.cid), vm)),
      gone: before === null ? null : [...before.keys()].filter((cid) => !now.has(cid)),
      all: [...now.keys()],
    };
    if (news.changed.length > 0 || news.gone === null || news.gone.length > 0) {
      // when the write fails, all of it is written next time
      this.#known = null;
      await inTransaction(pool, async (tx) => {
        if ((await writeVms(tx, news, clock.now())) > 0)
          await appendEvent(tx, 'health.changed', 'infrastructure/vms', {});
      });
    }
    this.#known = now;
    await this.#writeHeard(null, clock.monotonic());
  }

  /** Says so at once when the infrastructure stops or begins to answer; else now and then, without an event. */
  async #writeHeard(problem: string | null, at: number): Promise<void> {
    const { pool, cpi, clock } = this.#options;
    const isNews = this.#heard?.problem !== problem;
    if (!isNews && at - (this.#heard?.at ?? 0) < HEARD_EVERY_MS) return;
    const driver = cpi.name === 'simulated' ? 'simulated' : 'container';
    const heardAt = problem === null ? { heardAt: clock.now().toISOString() } : {};
    await inTransaction(pool, async (tx) => {
      await changeInfrastructureState(tx, { driver, problem, ...heardAt });
      if (isNews) await appendEvent(tx, 'health.changed', 'infrastructure/state', {});
    });
    this.#heard = { at, problem };
  }
}

async function followNews(options: RecordInfrastructureOptions, onNews: () => void): Promise<void> {
  const { cpi, clock, log, signal } = options;
  while (!signal.aborted) {
    try {
      for await (const _ of cpi.watchVms({ signal })) onNews();
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'news of the infrastructure interrupted');
    }
    // the abort ends the sleep; the loop's condition sees it
    await clock.sleep(WATCH_AGAIN_MS, signal).catch(() => undefined);
  }
}

/** The address and metadata of a VM hardly ever change; its power does. */
function isSame(before: VmView | undefined, now: VmView): boolean {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(now);
}
