import type { Pool } from 'pg';
import { isDatabaseDown } from '#db/is-database-down.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import { recordAlive, recordRecovered, recordVmHealth } from './record-vm-health.ts';
import { isDown, type VmCase } from './vm-case.ts';

/** Suspicion of a second or less is nobody's news. */
const SUSPECT_MS = 1000;
/** A connection that is back so soon was no partition worth an alert: an agent that hung is killed and back in 7 s. */
const PARTITION_MS = 9000;
/** A task may take a VM away on purpose; what stays away longer is said all the same. */
const HOLD_MS = 60_000;

export type CaseWriterOptions = {
  pool: Pool;
  clock: Clock;
  log: Log;
  resurrects: (deployment: string) => boolean;
  /** A VM is dead and the books say so. */
  onDead: (vmCase: VmCase) => void;
  onAlive: (vmCase: VmCase) => void;
};

/** Brings what the detector holds into the books. What cannot be written now (the database is away, a task is at work) is kept and tried again. */
export class CaseWriter {
  readonly #options: CaseWriterOptions;
  readonly #open = new Set<VmCase>();
  #writing: Promise<void> | null = null;

  constructor(options: CaseWriterOptions) {
    this.#options = options;
  }

  note(vmCase: VmCase): void {
    this.#open.add(vmCase);
  }

  forget(vmCase: VmCase): void {
    this.#open.delete(vmCase);
  }

  /** Writes all that is due. Two at once would overtake each other: the second waits. Throws when the database is away. */
  async flush(): Promise<void> {
    if (this.#writing) await this.#writing.catch(() => undefined);
    this.#writing = this.#flush();
    try {
      await this.#writing;
    } finally {
      this.#writing = null;
    }
  }

  async #flush(): Promise<void> {
    const now = this.#options.clock.monotonic();
    const due = [...this.#open].filter((vmCase) => isDue(vmCase, now));
    const well = due.filter(({ health, hasFault }) => health === 'alive' && !hasFault);
    if (well.length > 0) await this.#writeWell(well);
    // one by one: each is a few ms, and order among deaths is the order they were found in
    for (const vmCase of due) {
      if (well.includes(vmCase)) continue;
      try {
        await this.#write(vmCase);
      } catch (error) {
        if (isDatabaseDown(error)) throw error;
        this.#options.log.error({ err: error, instance: vmCase.instance.id }, 'cannot write the health of a VM');
      }
    }
  }

  async #writeWell(well: readonly VmCase[]): Promise<void> {
    const { pool, clock } = this.#options;
    const ids = well.map(({ instance }) => instance.id);
    await inTransaction(pool, (tx) => recordAlive(tx, ids, clock.now()));
    for (const vmCase of well) {
      if (vmCase.health !== 'alive' || vmCase.hasFault) continue;
      vmCase.isWritten = true;
      this.#open.delete(vmCase);
    }
  }

  async #write(vmCase: VmCase): Promise<void> {
    const { pool, clock, resurrects, onDead, onAlive } = this.#options;
    const { instance, health, reason, recoveredAt } = vmCase;
    const now = clock.monotonic();
    const result = await inTransaction(pool, async (tx) => {
      const written = await recordVmHealth(tx, {
        instance,
        vmCid: vmCase.judgedCid,
        health,
        reason,
        since: this.#wall(vmCase.since),
        beganAt: this.#wall(vmCase.beganAt),
        resurrects: resurrects(instance.deployment),
        insists: now - vmCase.since > HOLD_MS,
      });
      if (health === 'alive' && recoveredAt !== null) await recordRecovered(tx, instance, this.#wall(recoveredAt));
      return written;
    });
    if (result === 'held') return;
    if (vmCase.health !== health || vmCase.reason !== reason || vmCase.recoveredAt !== recoveredAt) return;
    vmCase.isWritten = true;
    if (health === 'alive' && recoveredAt !== null) Object.assign(vmCase, { hasFault: false, recoveredAt: null });
    this.#open.delete(vmCase);
    if (result === 'gone') return;
    if (health === 'dead') onDead(vmCase);
    if (health === 'alive') onAlive(vmCase);
  }

  /** Wall time of a monotonic moment: a clock that jumps moves what is shown, and nothing that is decided. */
  #wall(moment: number): Date {
    const { clock } = this.#options;
    return new Date(clock.now().getTime() - (clock.monotonic() - moment));
  }
}

function isDue({ health, since }: VmCase, now: number): boolean {
  if (health === 'suspect' || health === 'unknown') return now - since >= SUSPECT_MS;
  if (health === 'partitioned') return now - since >= PARTITION_MS;
  return isDown(health) || health === 'alive';
}
