import { isNotNull } from 'drizzle-orm';
import type { Pool } from 'pg';
import { instances } from '#db/schema/deployments.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Cpi } from '#server/cpi/cpi.ts';
import type { Agents } from '#server/gateway/call-agent.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import { repeatRepairs } from './repeat-repairs.ts';
import { requestRepair } from './request-repair.ts';

/**
 * Watches all VMs: a VM whose agent is silent is looked up on the infrastructure; off or gone means dead, and its repair is asked for.
 * A VM that is on but silent is left alone here: it may be cut off and alive, and two of one must never run.
 */
const TICK_MS = 500;
/** Three pings may be missing before the infrastructure is asked. */
const SILENT_MS = 3000;

export type HealthLoopOptions = { pool: Pool; cpi: Cpi; agents: Agents; clock: Clock; log: Log; signal: AbortSignal };

type Watched = { id: string; vmCid: string };

/** Runs until the signal aborts. A tick that fails is logged and the next one tries again. */
export async function runHealthLoop(options: HealthLoopOptions): Promise<void> {
  const { clock, log, signal } = options;
  const silentSince = new Map<string, number>();
  await startStoppedVms(options).catch((error: unknown) => log.error({ err: error }, 'cannot start stopped VMs'));
  const events = followCpi(options);
  while (!signal.aborted) {
    try {
      for (const instance of await watched(options.pool)) await look(options, instance, silentSince);
      const again = await inTransaction(options.pool, repeatRepairs);
      if (again > 0) log.warn({ count: again }, 'repairs that failed are asked for again');
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'health tick failed; next in a moment');
    }
    // the abort ends the sleep; the loop's condition sees it
    await clock.sleep(TICK_MS, signal).catch(() => undefined);
  }
  await events;
}

async function watched(pool: Pool): Promise<Watched[]> {
  return inTransaction(pool, async (tx) => {
    const rows = await tx.db
      .select({ id: instances.id, vmCid: instances.vmCid })
      .from(instances)
      .where(isNotNull(instances.vmCid))
      .limit(50_000);
    return rows.flatMap((row) => (row.vmCid === null ? [] : [{ id: row.id, vmCid: row.vmCid }]));
  });
}

async function look(options: HealthLoopOptions, instance: Watched, silentSince: Map<string, number>): Promise<void> {
  const { agents, clock } = options;
  if (agents.isConnected(instance.id)) {
    silentSince.delete(instance.id);
    return;
  }
  const since = silentSince.get(instance.id) ?? clock.monotonic();
  silentSince.set(instance.id, since);
  if (clock.monotonic() - since < SILENT_MS) return;
  silentSince.set(instance.id, clock.monotonic());
  await repairIfDead(options, instance);
}

async function repairIfDead(options: HealthLoopOptions, instance: Watched): Promise<void> {
  const power = await options.cpi.powerState(instance.vmCid, { signal: options.signal });
  if (power === 'on') return;
  const taskId = await inTransaction(options.pool, (tx) =>
    requestRepair(tx, instance.id, power === 'off' ? 'VM is off' : 'VM is gone'),
  );
  if (taskId !== null) options.log.warn({ instance: instance.id, power, taskId }, 'VM is dead; repair asked for');
}

/** The infrastructure tells of a stopped VM sooner than missing pings do. */
async function followCpi(options: HealthLoopOptions): Promise<void> {
  const { cpi, signal, log, clock, pool } = options;
  while (!signal.aborted) {
    try {
      for await (const event of cpi.watchVms({ signal })) {
        if (event.event === 'started') continue;
        const instance = (await watched(pool)).find((candidate) => candidate.vmCid === event.cid);
        if (instance) await repairIfDead(options, instance);
      }
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'events of the infrastructure ended; following again');
    }
    // the abort ends the sleep; the loop's condition sees it
    await clock.sleep(1000, signal).catch(() => undefined);
  }
}

/** After a reboot of the host every VM is off with its disks in place: start them rather than make new ones. */
async function startStoppedVms({ pool, cpi, log, signal }: HealthLoopOptions): Promise<void> {
  const all = await watched(pool);
  const states = await Promise.all(
    all.map(async (instance) => ({ instance, power: await cpi.powerState(instance.vmCid, { signal }) })),
  );
  const off = states.filter(({ power }) => power === 'off');
  if (off.length < all.length || off.length === 0) return;
  log.info({ count: off.length }, 'all VMs are off: starting them with their disks');
  for (const { instance } of off) await cpi.rebootVm(instance.vmCid, { signal });
}
