import { z } from 'zod';
import type { Tx } from '#db/transaction.ts';
import { requestRepair } from './request-repair.ts';

/** Between a failed repair and the next try: time for what spoiled it (an engine at its limit, a full disk) to pass. */
const PAUSE = '10 seconds';
const MOST_AT_ONCE = 20;
const Row = z.object({ id: z.string() });

/**
 * A repair or a deed that failed half way must not be the end: its instance may have no VM that could die again, so the detector does not look.
 * Asks again for every instance that is wanted running, does not run, and whose last task failed. What counts as dead is the repairer's. Answers
 * how many were asked for.
 */
export async function repeatRepairs(tx: Tx): Promise<number> {
  const { rows } = await tx.client.query(
    `select i.id from instances i
       join lateral (
         select state, finished_at from tasks
          where kind in ('repair-instance', 'change-instance', 'move-home') and subject = i.id::text order by id desc limit 1
       ) last on true
      where i.wanted = 'started' and last.state = 'failed' and last.finished_at < now() - $1::interval
        and (i.vm_cid is null or i.job_state <> 'running') and i.vm_health not in ('dead', 'hung')
      limit ${MOST_AT_ONCE}`,
    [PAUSE],
  );
  let asked = 0;
  for (const { id } of rows.map((row) => Row.parse(row))) {
    if ((await requestRepair(tx, id, 'the last repair failed')) !== null) asked += 1;
  }
  return asked;
}
