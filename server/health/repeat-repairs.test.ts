import { expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { newUuid } from '#server/platform/ids.ts';
import { repeatRepairs } from './repeat-repairs.ts';

const database = useTestDatabase();

/** An instance without a VM, and how its last repair ended (seconds ago). */
async function instance(last: { state: string; ago: number } | null): Promise<string> {
  const { pool } = database;
  const id = newUuid();
  await pool.query(`insert into deployments (name, manifest) values ($1, '{}')`, [id]);
  await pool.query(
    `insert into instances (id, deployment, group_name, index, az, network, address, vm_type, stemcell)
     values ($1::uuid, $1::text, 'worker', 0, 'az1', 'default', '10.0.0.2', 'small', 'trixie/1.36.3')`,
    [id],
  );
  if (last) {
    await pool.query(
      `insert into tasks (kind, subject, description, user_name, state, finished_at)
       values ('repair-instance', $1, 'Repair', 'tessera', $2, now() - make_interval(secs => $3))`,
      [id, last.state, last.ago],
    );
  }
  return id;
}

const repairsOf = async (id: string): Promise<string[]> => {
  const { rows } = await database.pool.query<{ state: string }>(
    `select state from tasks where kind = 'repair-instance' and subject = $1 order by id`,
    [id],
  );
  return rows.map((row) => row.state);
};

test('a repair that failed is asked for again after a pause, once, and only while its instance does not run', async () => {
  const failed = await instance({ state: 'failed', ago: 60 });
  const fresh = await instance({ state: 'failed', ago: 1 });
  const mended = await instance({ state: 'succeeded', ago: 60 });
  const untouched = await instance(null);
  const running = await instance({ state: 'failed', ago: 60 });
  await database.pool.query(`update instances set vm_cid = 'vm', job_state = 'running' where id = $1`, [running]);

  expect(await inTransaction(database.pool, (tx) => repeatRepairs(tx))).toBe(1);
  expect(await inTransaction(database.pool, (tx) => repeatRepairs(tx))).toBe(0);
  expect(await repairsOf(failed)).toEqual(['failed', 'queued']);
  expect(await repairsOf(fresh)).toEqual(['failed']);
  expect(await repairsOf(mended)).toEqual(['succeeded']);
  expect(await repairsOf(untouched)).toEqual([]);
  expect(await repairsOf(running)).toEqual(['failed']);
});
