import { beforeAll, describe, expect, it } from 'vitest';
import { useTestDatabase } from './test-database.ts';
import { inTransaction } from './transaction.ts';

const { pool } = useTestDatabase();

async function names(): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>('select name from trial order by name');
  return rows.map((row) => row.name);
}

describe('inTransaction', () => {
  beforeAll(async () => {
    await pool.query('create table trial (name text primary key)');
  });

  it('keeps the rows and runs the hooks after the commit', async () => {
    const seen: string[][] = [];
    await inTransaction(pool, async (tx) => {
      tx.afterCommit(() => void names().then((found) => seen.push(found)));
      await tx.client.query("insert into trial values ('kept')");
    });
    await expect.poll(() => seen).toEqual([['kept']]);
  });

  it('keeps nothing and runs no hook when the work throws', async () => {
    let hookRan = false;
    const attempt = inTransaction(pool, async (tx) => {
      tx.afterCommit(() => {
        hookRan = true;
      });
      await tx.client.query("insert into trial values ('lost')");
      throw new Error('refused');
    });
    await expect(attempt).rejects.toThrow('refused');
    expect(await names()).toEqual(['kept']);
    expect(hookRan).toBe(false);
  });

  it('gives back a usable connection after the server ended the session', async () => {
    const attempt = inTransaction(pool, async (tx) => {
      tx.client.on('error', () => undefined);
      await tx.client.query('select pg_terminate_backend(pg_backend_pid())');
    });
    await expect(attempt).rejects.toThrow();
    expect(await names()).toEqual(['kept']);
  });
});
