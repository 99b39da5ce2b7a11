import type { Pool } from 'pg';
import { inTransaction, type Tx } from '#db/transaction.ts';
import type { Meltdown, MeltdownSettings } from '#model/health.ts';
import { raiseAlert, resolveAlert } from '#server/alerts/raise-alert.ts';
import type { Clock } from '#server/platform/clock.ts';
import { appendMark } from './append-mark.ts';
import { readMeltdown, writeMeltdown } from './health-settings.ts';
import { judgeMeltdown } from './meltdown.ts';
import { isDown, type VmCase } from './vm-case.ts';

const ALERT = 'meltdown';
const SUBJECT = 'fleet/meltdown';

/** Keeps the guard's verdict, and says loudly when it changes. */
export class MeltdownWatch {
  readonly #options: { pool: Pool; clock: Clock };
  #now: Meltdown | null = null;
  #said = '';

  constructor(options: { pool: Pool; clock: Clock }) {
    this.#options = options;
  }

  async restore(): Promise<void> {
    this.#now = await inTransaction(this.#options.pool, readMeltdown);
    this.#said = this.#now ? JSON.stringify(this.#now) : '';
  }

  get isOn(): boolean {
    return this.#now !== null;
  }

  /** Judges anew; throws when the database is away, and says it the next time. */
  async update(cases: readonly VmCase[], settings: MeltdownSettings, azsDown: ReadonlySet<string>): Promise<void> {
    const { pool, clock } = this.#options;
    const now = clock.monotonic();
    const counted = cases.map(({ instance, health, beganAt }) => ({
      deployment: instance.label,
      group: instance.group,
      az: instance.az,
      downMs: isDown(health) ? now - beganAt : null,
    }));
    const verdict = judgeMeltdown(counted, settings, azsDown);
    this.#now = verdict && { ...verdict, since: this.#now?.since ?? clock.now().toISOString() };
    const text = this.#now ? JSON.stringify(this.#now) : '';
    if (text === this.#said) return;
    const meltdown = this.#now;
    const isNews = (this.#said === '') !== (text === '');
    await inTransaction(pool, async (tx) => {
      await writeMeltdown(tx, meltdown);
      if (isNews) await (meltdown ? sayBegin(tx, meltdown) : sayEnd(tx));
    });
    this.#said = text;
  }
}

async function sayBegin(tx: Tx, { scope, down, total, rule }: Meltdown): Promise<void> {
  const title = `Meltdown: ${down} of ${total} VMs of ${scope} are down`;
  await appendMark(tx, { lane: 'vm', phase: 'note', deployment: null, subject: SUBJECT, title, data: { rule } });
  await raiseAlert(tx, {
    key: ALERT,
    severity: 'critical',
    category: 'meltdown',
    subject: SUBJECT,
    deployment: null,
    title,
    detail: `So many at once have one cause more often than many. They are repaired in order (masters, the platform's own VMs, workers), few at a time, and the guard ends by itself when fewer are down. Look for the cause first: infrastructure, network, storage. Thresholds: tessera meltdown`,
    handled: true,
  });
}

async function sayEnd(tx: Tx): Promise<void> {
  await appendMark(tx, { lane: 'vm', phase: 'note', deployment: null, subject: SUBJECT, title: 'Meltdown is over' });
  await resolveAlert(tx, ALERT, 'Few enough VMs are down again; repairs go on at their ordinary pace.');
}
