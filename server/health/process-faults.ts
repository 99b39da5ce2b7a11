import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';
import type { DetectorSettings } from '#model/health.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import type { Heartbeat } from './record-heartbeat.ts';
import { noteProcessEnd, noteProcessFailing, noteProcessRuns } from './record-process.ts';
import type { Watched } from './vm-case.ts';

/** A crash loop of a whole fleet while the database is away must not fill the memory. */
const MOST_WAITING = 10_000;
/** A process that ends often and is not well for so long will not get well by itself. */
const HOPELESS_MS = 10_000;
const ESCALATE_EVERY_MS = 600_000;

type Fault = {
  instanceId: string;
  process: string;
  /** Monotonic times of its ends within the window. */
  ends: number[];
  /** Since when it is not well; null while it is. */
  illSince: number | null;
  isOpen: boolean;
  saidFailing: boolean;
};

type News =
  | { kind: 'end'; instance: Watched; process: string; exit: string; at: Date }
  | { kind: 'runs'; instance: Watched; process: string; at: Date }
  | { kind: 'failing'; instance: Watched; process: string; ends: number; isFailing: boolean };

export type ProcessFaultsOptions = {
  pool: Pool;
  clock: Clock;
  log: Log;
  settings: () => DetectorSettings;
  instanceOf: (id: string) => Watched | null;
};

/** Follows the processes of all VMs: an end, its recovery, and which of them fail so often that their VM has to be made anew. */
export class ProcessFaults {
  readonly #options: ProcessFaultsOptions;
  readonly #faults = new Map<string, Fault>();
  readonly #escalatedAt = new Map<string, number>();
  #news: News[] = [];

  constructor(options: ProcessFaultsOptions) {
    this.#options = options;
  }

  /** The agent only tells of ends that nobody asked for. */
  noteExit(instanceId: string, exit: { process: string; exit: string }): void {
    const instance = this.#options.instanceOf(instanceId);
    if (!instance) return;
    const now = this.#options.clock.monotonic();
    const fault = this.#fault(instanceId, exit.process);
    const windowMs = this.#options.settings().processWindowSeconds * 1000;
    fault.ends = [...fault.ends.filter((end) => now - end < windowMs), now];
    fault.illSince ??= now;
    if (!fault.isOpen) this.#say({ kind: 'end', instance, process: exit.process, exit: exit.exit, at: this.#now() });
    fault.isOpen = true;
  }

  noteBeat(instanceId: string, beat: Heartbeat): void {
    const instance = this.#options.instanceOf(instanceId);
    if (!instance) return;
    for (const { name, state } of beat.processes) {
      const known = this.#faults.get(keyOf(instanceId, name));
      if (state === 'running' && known) this.#noteWell(known, instance);
      if (state === 'failing') this.#noteFailing(this.#fault(instanceId, name), instance);
    }
  }

  /** Writes what is new; throws when the database is away, and keeps it. */
  async flush(): Promise<void> {
    while (this.#news.length > 0) {
      const batch = this.#news.slice(0, 100);
      await inTransaction(this.#options.pool, async (tx) => {
        for (const one of batch) {
          if (one.kind === 'end') await noteProcessEnd(tx, one);
          else if (one.kind === 'runs') await noteProcessRuns(tx, one);
          else await noteProcessFailing(tx, one);
        }
      });
      this.#news = this.#news.slice(batch.length);
    }
  }

  /** Instances whose VM is to be made anew because a process of it keeps failing, each at most once in ten minutes. */
  hopeless(): { instance: Watched; process: string; ends: number }[] {
    const now = this.#options.clock.monotonic();
    const { processRestarts, processWindowSeconds } = this.#options.settings();
    return [...this.#faults.values()].flatMap((fault) => {
      const ends = fault.ends.filter((end) => now - end < processWindowSeconds * 1000).length;
      const instance = this.#options.instanceOf(fault.instanceId);
      const isHopeless = fault.illSince !== null && now - fault.illSince >= HOPELESS_MS && ends >= processRestarts;
      const last = this.#escalatedAt.get(fault.instanceId);
      const isTooSoon = last !== undefined && now - last < ESCALATE_EVERY_MS;
      return instance && isHopeless && !isTooSoon ? [{ instance, process: fault.process, ends }] : [];
    });
  }

  noteEscalated(instanceId: string): void {
    this.#escalatedAt.set(instanceId, this.#options.clock.monotonic());
    // its ends belong to the VM that goes
    for (const fault of this.#faults.values()) if (fault.instanceId === instanceId) fault.ends = [];
  }

  /** Forgets instances that are watched no longer, and processes that are well for longer than anybody counts. */
  prune(): void {
    const now = this.#options.clock.monotonic();
    const windowMs = this.#options.settings().processWindowSeconds * 1000;
    for (const [key, fault] of this.#faults) {
      const isOld = !fault.isOpen && !fault.saidFailing && fault.ends.every((end) => now - end >= windowMs);
      if (isOld || !this.#options.instanceOf(fault.instanceId)) this.#faults.delete(key);
    }
  }

  #noteWell(fault: Fault, instance: Watched): void {
    fault.illSince = null;
    if (fault.isOpen) this.#say({ kind: 'runs', instance, process: fault.process, at: this.#now() });
    fault.isOpen = false;
    if (!fault.saidFailing) return;
    fault.saidFailing = false;
    this.#say({ kind: 'failing', instance, process: fault.process, ends: fault.ends.length, isFailing: false });
  }

  #noteFailing(fault: Fault, instance: Watched): void {
    fault.illSince ??= this.#options.clock.monotonic();
    if (fault.saidFailing) return;
    fault.saidFailing = true;
    this.#say({ kind: 'failing', instance, process: fault.process, ends: fault.ends.length, isFailing: true });
  }

  #say(news: News): void {
    if (this.#news.length < MOST_WAITING) this.#news.push(news);
    else
      this.#options.log.warn({ process: news.process }, 'news of processes dropped: the database is away for too long');
  }

  #now(): Date {
    return this.#options.clock.now();
  }

  #fault(instanceId: string, process: string): Fault {
    const key = keyOf(instanceId, process);
    const found = this.#faults.get(key);
    if (found) return found;
    const fault: Fault = { instanceId, process, ends: [], illSince: null, isOpen: false, saidFailing: false };
    this.#faults.set(key, fault);
    return fault;
  }
}

const keyOf = (instanceId: string, process: string): string => `${instanceId}/${process}`;
