import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';
import { resolveAlert } from '#server/alerts/raise-alert.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Log } from '#server/platform/log.ts';
import type { HeartbeatRecorder } from './record-heartbeat.ts';

const POINT_EVERY_MS = 30_000;
/** Prune once in so many points. */
const PRUNE_EVERY = 10;

export type HistoryOptions = {
  pool: Pool;
  heartbeats: Pick<HeartbeatRecorder, 'vitals'>;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
};

/** Writes a point of vitals for each connected instance every 30 s and drops what is too old. Runs until the signal aborts. */
export async function keepHistory(options: HistoryOptions): Promise<void> {
  const { clock, log, signal } = options;
  for (let round = 0; !signal.aborted; round += 1) {
    try {
      await writePoints(options);
      if (round % PRUNE_EVERY === 0) await prune(options.pool);
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'cannot keep the history of health now');
    }
    // the abort ends the sleep; the loop's condition sees it
    await clock.sleep(POINT_EVERY_MS, signal).catch(() => undefined);
  }
}

async function writePoints({ pool, heartbeats, clock }: HistoryOptions): Promise<void> {
  const points = heartbeats.vitals().map(({ instance, vitals }) => ({
    id: instance,
    cpu: vitals.cpuPercent,
    memory: vitals.memoryPercent,
  }));
  if (points.length === 0) return;
  await pool.query(
    `insert into vitals_points (instance_id, at, cpu_percent, memory_percent)
     select p.id, $2, p.cpu, p.memory from jsonb_to_recordset($1::jsonb) as p(id uuid, cpu real, memory real)
     on conflict do nothing`,
    [JSON.stringify(points), clock.now()],
  );
}

/** Old points; and what is open of instances that are gone or not wanted running any more, which nothing would ever close. */
async function prune(pool: Pool): Promise<void> {
  await pool.query(`delete from vitals_points where at < now() - interval '1 hour'`);
  await pool.query(`delete from marks where at < now() - interval '14 days'`);
  await inTransaction(pool, async (tx) => {
    const unwanted = (text: string): string =>
      `not exists (select 1 from instances i where i.wanted = 'started' and i.id::text = ${text})`;
    await tx.client.query(
      `delete from recoveries where recovered_at is null and layer in ('vm', 'process') and ${unwanted(`split_part(subject, '/', 2)`)}`,
    );
    const { rows } = await tx.client.query<{ key: string }>(
      `select key from alerts where state = 'open' and category in ('vm', 'process') and ${unwanted(`split_part(key, ':', 2)`)} limit 1000`,
    );
    for (const { key } of rows) await resolveAlert(tx, key, 'The instance is gone or is not wanted running any more.');
  });
}
