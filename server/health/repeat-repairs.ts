import { z } from 'zod';
import type { Tx } from '#db/transaction.ts';
import { requestRepair } from './request-repair.ts';

/** Between a failed repair and the next try: time for what spoiled it (an engine at its limit, a full disk) to pass. */
const PAUSE = '10 seconds';
const MOST_AT_ONCE = 20;
const Row = z.object({ id: z.string() });

/**
 * A repair that failed must not be the end: its instance may have no VM that could die again, so nobody else would look. Asks again for every
 * instance that is wanted running, does not run, and whose last repair failed. Answers how many were asked for.
 */
export async function repeatRepairs(tx: Tx): Promise<number> {
  const { rows } = await tx.client.query(
    `select i.id from instances i
       join lateral (
         select state, finished_at from tasks where kind = 'repair-instance' and subject = i.id::text order by id desc limit 1
       ) last on true
      where i.wanted = 'started' and last.state = 'failed' and last.finished_at < now() - $1::interval
        and (i.vm_cid is null or i.job_state <> 'running')
      limit ${MOST_AT_ONCE}`,
    [PAUSE],
  );
  let asked = 0;
  for (const { id } of rows.map((row) => Row.parse(row))) {
    if ((await requestRepair(tx, id, 'the last repair failed')) !== null) asked += 1;
  }
  return asked;
}
