import type { Pool } from 'pg';
import { z } from 'zod';

/** Is a director at work? `since` is when it took its slot; null when none ever did. */
export type DirectorState = { state: 'running' | 'down'; owner: string | null; since: string | null };

const Row = z.object({ owner: z.string(), acquired_at: z.date(), holds: z.boolean() });

/**
 * A director holds an advisory lock for as long as its connection lives, so its death shows at once. The lock's key is the hash of the slot's
 * name, split by PostgreSQL into two halves.
 */
export async function readDirector(pool: Pick<Pool, 'query'>): Promise<DirectorState> {
  const { rows } = await pool.query(
    `select l.owner, l.acquired_at, exists (
       select 1 from pg_locks p
        where p.locktype = 'advisory' and p.granted and p.objsubid = 1
          and p.database = (select oid from pg_database where datname = current_database())
          and ((p.classid::bigint << 32) | p.objid::bigint) = hashtext(l.name)::bigint
     ) as holds
     from leases l where l.name like 'director-%' order by holds desc, l.acquired_at desc limit 1`,
  );
  if (rows.length === 0) return { state: 'down', owner: null, since: null };
  const row = Row.parse(rows[0]);
  return { state: row.holds ? 'running' : 'down', owner: row.owner, since: row.acquired_at.toISOString() };
}
