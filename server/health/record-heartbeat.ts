import { isNotNull } from 'drizzle-orm';
import type { Pool } from 'pg';
import { z } from 'zod';
import { instances } from '#db/schema/deployments.ts';
import { inTransaction } from '#db/transaction.ts';
import type { JobState, ProcessReport, Vitals } from '#model/deployment.ts';
import { appendEvent } from '#server/events/append-event.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';

/** What an agent says of its VM; vitals are null when they were not measured this time. */
export type Heartbeat = {
  jobState: JobState;
  digest: string | null;
  processes: ProcessReport[];
  vitals: Vitals | null;
};

/** Who wants to know at once. Called in the gateway's own turn: must not wait, must not throw. */
export type HeartbeatListener = {
  /** A hello or a new state. */
  onBeat(instance: string, beat: Heartbeat): void;
  onExit(instance: string, exit: { process: string; exit: string; restarts: number }): void;
  onLost(instance: string): void;
};

/** At most one write a second, at once when it was quiet before. */
const WRITE_EVERY_MS = 1000;
const LOOK_MS = 100;
/** Without any change `last_heard_at` is written this often; a page older than that shows staleness. */
const HEARD_EVERY_MS = 10_000;
/** Three pings missed. */
const SILENT_MS = 3000;
/** After a director's start its agents need a moment to come back. */
const START_GRACE_MS = 5000;
/** The step that makes a VM writes its row after the VM may have said hello: it is said again for this long. */
const REPEAT_AFTER_HELLO_MS = 5000;

type Entry = {
  beat: Heartbeat | null;
  isConnected: boolean;
  heardAt: number;
  heardDate: Date;
  /** When the last hello or state came. */
  beatAt: number;
  connectedAt: number;
  writtenAt: number;
  /** Something that people see differs from what was written. */
  isChanged: boolean;
};

export type Life = Pick<Entry, 'isConnected' | 'heardAt' | 'beatAt' | 'beat'>;

const WrittenRow = z.object({ id: z.string(), deployment: z.string() });

/** Memory of what agents say, written to `instances` in one batch a second: only what changed, with one event for each instance that did. */
export class HeartbeatRecorder {
  readonly #pool: Pool;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<HeartbeatListener>();

  constructor(options: { pool: Pool; clock: Clock; log: Log }) {
    this.#pool = options.pool;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  recordState(instance: string, beat: Heartbeat): void {
    const entry = this.#entry(instance);
    if (!entry.isConnected) entry.connectedAt = this.#clock.monotonic();
    entry.isConnected = true;
    entry.beat = { ...beat, vitals: beat.vitals ?? entry.beat?.vitals ?? null };
    entry.isChanged = true;
    this.#noteHeard(entry);
    entry.beatAt = entry.heardAt;
    for (const listener of this.#listeners) listener.onBeat(instance, entry.beat);
  }

  /** A process ended; its state follows, so only the end itself is noted. */
  recordExit(instance: string, exit: { process: string; exit: string; restarts: number }): void {
    const entry = this.#entry(instance);
    const process = entry.beat?.processes.find((candidate) => candidate.name === exit.process);
    if (!process) return;
    Object.assign(process, { state: 'starting', pid: null, lastExit: exit.exit, restarts: exit.restarts });
    entry.isChanged = true;
    this.#noteHeard(entry);
    for (const listener of this.#listeners) listener.onExit(instance, exit);
  }

  /** Any sign of life. */
  recordLife(instance: string): void {
    const entry = this.#entries.get(instance);
    if (entry) this.#noteHeard(entry);
  }

  /** The connection ended; after three missed pings the agent counts as unresponsive. */
  recordLost(instance: string): void {
    const entry = this.#entries.get(instance);
    if (!entry) return;
    entry.isConnected = false;
    for (const listener of this.#listeners) listener.onLost(instance);
  }

  /** Tells `listener` everything from now on, until the returned function is called. */
  listen(listener: HeartbeatListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What was last heard of an instance; null when nothing was. Times are monotonic. */
  lifeOf(instance: string): Life | null {
    const entry = this.#entries.get(instance);
    if (!entry) return null;
    const { isConnected, heardAt, beatAt, beat } = entry;
    return { isConnected, heardAt, beatAt, beat };
  }

  /** Vitals of all who are connected and told any. */
  vitals(): { instance: string; vitals: Vitals }[] {
    return [...this.#entries].flatMap(([instance, { isConnected, beat }]) =>
      isConnected && beat?.vitals ? [{ instance, vitals: beat.vitals }] : [],
    );
  }

  /** Writes until the signal aborts, once more at the end. */
  async run(signal: AbortSignal): Promise<void> {
    let wroteAt = Number.NEGATIVE_INFINITY;
    let isExpecting = false;
    while (!signal.aborted) {
      if (!isExpecting) isExpecting = await this.#expectKnown();
      this.#noteSilent();
      const isDue = this.#clock.monotonic() - wroteAt >= WRITE_EVERY_MS;
      if (isDue && (await this.#write())) wroteAt = this.#clock.monotonic();
      // the abort ends the sleep; the loop's condition sees it
      await this.#clock.sleep(LOOK_MS, signal).catch(() => undefined);
    }
    await this.#write();
  }

  /** VMs that died while no director looked would else stay as they were last seen. False when the database cannot be asked now. */
  async #expectKnown(): Promise<boolean> {
    try {
      const rows = await inTransaction(this.#pool, (tx) =>
        tx.db.select({ id: instances.id }).from(instances).where(isNotNull(instances.vmCid)).limit(50_000),
      );
      const until = this.#clock.monotonic() + START_GRACE_MS - SILENT_MS;
      for (const { id } of rows) if (!this.#entries.has(id)) this.#entry(id).heardAt = until;
      return true;
    } catch (error) {
      this.#log.warn({ err: error }, 'cannot read the instances to hear of now');
      return false;
    }
  }

  #noteSilent(): void {
    const now = this.#clock.monotonic();
    for (const entry of this.#entries.values()) {
      if (entry.isConnected || now - entry.heardAt < SILENT_MS || entry.beat?.jobState === 'unresponsive agent')
        continue;
      entry.beat = {
        jobState: 'unresponsive agent',
        digest: entry.beat?.digest ?? null,
        processes: entry.beat?.processes ?? [],
        vitals: null,
      };
      entry.isChanged = true;
    }
  }

  /** True when there was something to write, also when it failed. */
  async #write(): Promise<boolean> {
    const now = this.#clock.monotonic();
    const due = [...this.#entries].filter(([, entry]) => isDue(entry, now));
    if (due.length === 0) return false;
    try {
      const written = await this.#writeRows(due);
      for (const [id, entry] of due) {
        if (written.has(id)) continue;
        // no such row, or no VM on it (yet): a connected agent is tried again, a gone one is forgotten
        if (entry.isConnected) entry.isChanged = true;
        else this.#entries.delete(id);
      }
    } catch (error) {
      for (const [, entry] of due) entry.isChanged = true;
      this.#log.warn({ err: error, count: due.length }, 'cannot write heartbeats now');
    }
    return true;
  }

  async #writeRows(due: [string, Entry][]): Promise<Set<string>> {
    const now = this.#clock.monotonic();
    const news = due.filter(([, entry]) => entry.isChanged);
    const rows = due.map(([id, entry]) => toRow(id, entry));
    // what comes in while the database works belongs to the next batch
    for (const [, entry] of due) Object.assign(entry, { isChanged: false, writtenAt: now });
    const written = await inTransaction(this.#pool, async (tx) => {
      const result = await tx.client.query(UPDATE, [JSON.stringify(rows)]);
      const deployments = new Map(
        result.rows.map((row) => WrittenRow.parse(row)).map((row) => [row.id, row.deployment]),
      );
      for (const [id, entry] of news) {
        const deployment = deployments.get(id);
        if (deployment !== undefined && entry.beat)
          await appendEvent(tx, 'instance.changed', `instance/${id}`, patchOf(deployment, entry));
      }
      return deployments;
    });
    return new Set(written.keys());
  }

  #noteHeard(entry: Entry): void {
    entry.heardAt = this.#clock.monotonic();
    entry.heardDate = this.#clock.now();
  }

  #entry(instance: string): Entry {
    const found = this.#entries.get(instance);
    if (found) return found;
    const entry: Entry = {
      beat: null,
      isConnected: false,
      heardAt: this.#clock.monotonic(),
      heardDate: this.#clock.now(),
      beatAt: Number.NEGATIVE_INFINITY,
      connectedAt: 0,
      writtenAt: Number.NEGATIVE_INFINITY,
      isChanged: false,
    };
    this.#entries.set(instance, entry);
    return entry;
  }
}

/** A silent agent keeps what it last said of processes and vitals, and the time when it said it. */
const UPDATE = `
  update instances as i
     set job_state = u.job_state,
         processes = case when u.is_silent then i.processes else u.processes end,
         vitals = coalesce(u.vitals, i.vitals),
         applied_digest = case when u.is_silent then i.applied_digest else u.digest end,
         last_heard_at = case when u.is_silent then i.last_heard_at else u.heard_at end,
         updated_at = now()
    from jsonb_to_recordset($1::jsonb)
      as u(id uuid, job_state text, processes jsonb, vitals jsonb, digest text, heard_at timestamptz, is_silent boolean)
   where i.id = u.id and i.vm_cid is not null
  returning i.id, i.deployment`;

function isDue(entry: Entry, now: number): boolean {
  if (!entry.beat) return false;
  if (entry.isChanged) return true;
  if (!entry.isConnected) return false;
  return now - entry.writtenAt >= HEARD_EVERY_MS || now - entry.connectedAt < REPEAT_AFTER_HELLO_MS;
}

function toRow(id: string, entry: Entry) {
  const beat = entry.beat;
  return {
    id,
    job_state: beat?.jobState,
    processes: beat?.processes,
    vitals: beat?.vitals,
    digest: beat?.digest,
    heard_at: entry.heardDate.toISOString(),
    is_silent: beat?.jobState === 'unresponsive agent',
  };
}

/** What the browser patches into the instance it shows. */
function patchOf(deployment: string, entry: Entry): Record<string, unknown> {
  const beat = entry.beat;
  if (!beat || beat.jobState === 'unresponsive agent') return { deployment, jobState: 'unresponsive agent' };
  return {
    deployment,
    jobState: beat.jobState,
    processes: beat.processes,
    ...(beat.vitals ? { vitals: beat.vitals } : {}),
    appliedDigest: beat.digest,
    lastHeardAt: entry.heardDate.toISOString(),
  };
}
