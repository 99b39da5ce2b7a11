import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Pool } from 'pg';
import { azStates, recoveries } from '#db/schema/health.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import { AzState } from '#model/health.ts';
import { raiseAlert, resolveAlert } from '#server/alerts/raise-alert.ts';
import type { Cpi } from '#server/cpi/cpi.ts';
import { appendEvent } from '#server/events/append-event.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import { appendMark } from './append-mark.ts';
import type { AzNow } from './choose-repairs.ts';
import { judgeAz } from './judge-az.ts';
import { isDown, type VmCase } from './vm-case.ts';

const ASK_EVERY_MS = 1000;
const CPI_MS = 3000;

type Power = 'on' | 'off' | null;
/** Times are monotonic. `aliveSince`: since when it is not down. */
type Known = {
  state: AzState;
  reason: string;
  power: Power;
  poweredAt: number | null;
  aliveSince: number;
  askedAt: number;
  isWritten: boolean;
};

export type AzWatchOptions = { pool: Pool; cpi: Pick<Cpi, 'azPower'>; clock: Clock; log: Log; signal: AbortSignal };

/** State of each AZ, from its switch and from the VMs in it. */
export class AzWatch {
  readonly #options: AzWatchOptions;
  readonly #azs = new Map<string, Known>();

  constructor(options: AzWatchOptions) {
    this.#options = options;
  }

  /** What the director before this one held. */
  async restore(): Promise<void> {
    const rows = await inTransaction(this.#options.pool, (tx) => tx.db.select().from(azStates).limit(100));
    const now = this.#options.clock.monotonic();
    for (const row of rows) {
      const state = AzState.parse(row.state);
      const power = row.power === 'on' || row.power === 'off' ? row.power : null;
      Object.assign(this.#known(row.name), { state, reason: row.reason, power, isWritten: true, aliveSince: now });
    }
    // an AZ that lost its power meanwhile must not be repaired into
    await this.ask();
  }

  /** Asks the infrastructure for the switches of these AZs, or (without any named) of all whose answer is old. */
  async ask(names?: readonly string[]): Promise<void> {
    const now = this.#options.clock.monotonic();
    const due = names ?? [...this.#azs].filter(([, az]) => now - az.askedAt >= ASK_EVERY_MS).map(([name]) => name);
    await Promise.all(due.map((name) => this.#ask(name)));
  }

  /** Judges all AZs anew by the VMs in them, and writes what changed. Throws when the database is away: said again next time. */
  async update(cases: readonly VmCase[]): Promise<void> {
    const now = this.#options.clock.monotonic();
    const members = Map.groupBy(cases, ({ instance }) => instance.az);
    for (const { instance } of cases) if (instance.homeAz) this.#known(instance.homeAz);
    for (const name of members.keys()) this.#known(name);
    for (const [name, az] of this.#azs) {
      const here = members.get(name) ?? [];
      const down = here.filter(({ health }) => isDown(health));
      const { state, reason } = judgeAz({ power: az.power, vms: here.length, down: down.length });
      if (az.state === 'down' && state !== 'down') az.aliveSince = now;
      if (az.state !== state || az.reason !== reason) Object.assign(az, { state, reason, isWritten: false });
      if (az.isWritten) continue;
      const oldest = Math.max(0, ...down.map(({ beganAt }) => now - beganAt));
      const at = this.#options.clock.now();
      await inTransaction(this.#options.pool, (tx) =>
        recordAz(tx, { name, state, reason, power: az.power, at, beganAt: new Date(at.getTime() - oldest) }),
      );
      az.isWritten = true;
    }
  }

  now(): ReadonlyMap<string, AzNow> {
    const now = this.#options.clock.monotonic();
    return new Map(
      [...this.#azs].map(([name, { state, power, poweredAt }]) => [
        name,
        { state, power, poweredMs: poweredAt === null ? null : now - poweredAt },
      ]),
    );
  }

  /** AZs that are not down for at least so long. */
  steady(ms: number): string[] {
    const now = this.#options.clock.monotonic();
    return [...this.#azs].filter(([, az]) => az.state !== 'down' && now - az.aliveSince >= ms).map(([name]) => name);
  }

  /** A switch was turned, or something is not written yet. */
  get hasNews(): boolean {
    return [...this.#azs.values()].some(({ isWritten }) => !isWritten);
  }

  get down(): ReadonlySet<string> {
    return new Set([...this.#azs].filter(([, { state }]) => state === 'down').map(([name]) => name));
  }

  async #ask(name: string): Promise<void> {
    const { cpi, clock, log, signal } = this.#options;
    const az = this.#known(name);
    az.askedAt = clock.monotonic();
    try {
      const power = await cpi.azPower(name, { signal: AbortSignal.any([signal, AbortSignal.timeout(CPI_MS)]) });
      if (power === az.power) return;
      if (az.power === 'off' && power === 'on') az.poweredAt = clock.monotonic();
      Object.assign(az, { power, isWritten: false });
    } catch (error) {
      // an infrastructure that does not answer changes nothing
      if (!signal.aborted)
        log.debug({ err: error, az: name }, 'the infrastructure does not say whether an AZ has power');
    }
  }

  #known(name: string): Known {
    const found = this.#azs.get(name);
    if (found) return found;
    const az: Known = {
      state: 'up',
      reason: '',
      power: null,
      poweredAt: null,
      aliveSince: this.#options.clock.monotonic(),
      askedAt: Number.NEGATIVE_INFINITY,
      isWritten: false,
    };
    this.#azs.set(name, az);
    return az;
  }
}

type AzNote = { name: string; state: AzState; reason: string; power: Power; at: Date; beganAt: Date };

async function recordAz(tx: Tx, note: AzNote): Promise<void> {
  const { name, state, reason, power, at } = note;
  const [row] = await tx.db.select().from(azStates).where(eq(azStates.name, name)).limit(1).for('update');
  const before = row?.state ?? 'up';
  await tx.db
    .insert(azStates)
    .values({ name, state, reason, power, since: at })
    .onConflictDoUpdate({
      target: azStates.name,
      set: { state, reason, power, since: before === state ? sql`${azStates.since}` : at },
    });
  await appendEvent(tx, 'health.changed', `az/${name}`, { state, reason, power });
  if (before === state) return;
  if (state === 'down') await sayDown(tx, note);
  else if (before === 'down') await resolveAlert(tx, `az:${name}`, `AZ ${name} is no longer down.`);
  if (state === 'up') await sayUp(tx, note);
}

async function sayDown(tx: Tx, { name, reason, beganAt, at }: AzNote): Promise<void> {
  const subject = `az/${name}`;
  await appendMark(tx, {
    lane: 'az',
    phase: 'detected',
    deployment: null,
    subject,
    title: `AZ ${name} is down: ${reason}`,
    at,
  });
  await tx.db.insert(recoveries).values({
    layer: 'az',
    deployment: null,
    subject,
    title: `AZ ${name}`,
    cause: reason,
    beganAt,
    detectedAt: at,
    actedAt: at,
  });
  await appendEvent(tx, 'recovery.changed', subject, { layer: 'az' });
  await raiseAlert(tx, {
    key: `az:${name}`,
    severity: 'critical',
    category: 'az',
    subject,
    deployment: null,
    title: `AZ ${name} is down`,
    detail: `Since ${beganAt.toISOString()}: ${reason}. Nothing is repaired into an AZ without power; instances without disk are made in other AZs where their plan allows and come home later, the others wait. Bring the AZ's infrastructure back.`,
    handled: true,
  });
}

async function sayUp(tx: Tx, { name, at }: AzNote): Promise<void> {
  const subject = `az/${name}`;
  const open = and(eq(recoveries.layer, 'az'), eq(recoveries.subject, subject), isNull(recoveries.recoveredAt));
  const closed = await tx.db.update(recoveries).set({ recoveredAt: at }).where(open).returning({ id: recoveries.id });
  if (closed.length === 0) return;
  await appendMark(tx, {
    lane: 'az',
    phase: 'recovered',
    deployment: null,
    subject,
    title: `AZ ${name} is up again`,
    at,
  });
  await appendEvent(tx, 'recovery.changed', subject, { layer: 'az' });
}
