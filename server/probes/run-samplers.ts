import { and, inArray, sql } from 'drizzle-orm';
import type { Pool } from 'pg';
import { drills } from '#db/schema/drills.ts';
import { inTransaction } from '#db/transaction.ts';
import { writePath } from '#server/drills/arrange-probes.ts';
import { type DrillRow, probesOf } from '#server/drills/drill-rows.ts';
import { readKubeAccess } from '#server/kubernetes/read-kube-access.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import type { Vault } from '#server/platform/vault.ts';
import { PROBE_DEADLINE_MS, PROBE_INTERVAL_MS } from './probe-order.ts';
import { Sampler } from './sampler.ts';

const LOOK_MS = 250;
const WRITE_MS = 500;

type Surroundings = { pool: Pool; vault: Vault; clock: Clock; log: Log; signal: AbortSignal };

/**
 * Every drill that wants to be measured has an asking process: rows decide, so that the next director goes on where this one died. Returns
 * when the signal aborts.
 */
export async function runSamplers(surroundings: Surroundings): Promise<void> {
  const { clock, log, signal } = surroundings;
  const samplers = new Map<number, Sampler>();
  let wroteAt = clock.monotonic();
  while (!signal.aborted) {
    try {
      await startAndStop(surroundings, samplers);
      if (clock.monotonic() - wroteAt >= WRITE_MS) {
        wroteAt = clock.monotonic();
        for (const sampler of samplers.values()) await sampler.write();
      }
    } catch (err) {
      // a database that is away: samples wait in memory, the loop goes on
      log.warn({ err }, 'samples of drills could not be written');
    }
    // an abort ends the wait; the loop's condition sees it
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
  for (const sampler of samplers.values()) sampler.stop();
}

async function startAndStop(surroundings: Surroundings, samplers: Map<number, Sampler>): Promise<void> {
  const wanted = await selectMeasured(surroundings.pool);
  for (const [id, sampler] of samplers) {
    if (wanted.some((row) => row.id === id) && sampler.isAsking) continue;
    sampler.stop();
    samplers.delete(id);
    // what it asked before it ended counts, unless the drill was deleted meanwhile
    await sampler.write();
  }
  for (const row of wanted) {
    if (!samplers.has(row.id)) samplers.set(row.id, await startSampler(surroundings, row));
  }
}

async function startSampler({ pool, vault, log }: Surroundings, row: DrillRow): Promise<Sampler> {
  const access = await inTransaction(pool, (tx) => readKubeAccess(tx, vault, row.clusterUuid));
  const order = {
    ...access,
    probes: probesOf(row),
    writePath: writePath(row.id),
    intervalMs: PROBE_INTERVAL_MS,
    deadlineMs: PROBE_DEADLINE_MS,
  };
  return new Sampler({ drill: row.id, order, pool, log });
}

function selectMeasured(pool: Pool): Promise<DrillRow[]> {
  return inTransaction(pool, (tx) =>
    tx.db
      .select()
      .from(drills)
      .where(and(inArray(drills.state, ['running', 'stopping']), sql`${drills.injected}->>'probing' = 'true'`))
      .limit(50),
  );
}
