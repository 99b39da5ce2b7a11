import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type pg from 'pg';

/** One open transaction: typed queries and the raw client share the same connection. */
export interface Tx {
  /** Drizzle on this connection. */
  db: NodePgDatabase;
  /** The raw client, for the workflow engine's enqueue and for plain SQL. */
  client: pg.PoolClient;
  /** Where the connection came from: for work after the commit only, never inside the transaction. */
  pool: pg.Pool;
  /** Runs `hook` once, after a successful commit (never after a rollback). Used to wake listeners. */
  afterCommit(hook: () => void): void;
}

/**
 * Runs `fn` in one transaction: all of it is kept, or nothing is.
 * Errors of `fn` come through unchanged after the rollback.
 */
export async function inTransaction<T>(pool: pg.Pool, fn: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  const hooks: Array<() => void> = [];
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const tx: Tx = { db: drizzle(client), client, pool, afterCommit: (hook) => hooks.push(hook) };
    const result = await fn(tx);
    await client.query('commit');
    for (const hook of hooks) hook();
    return result;
  } catch (error) {
    broken = await rollBack(client);
    throw error;
  } finally {
    // A connection that cannot even roll back is closed, not given to the next caller.
    client.release(broken);
  }
}

async function rollBack(client: pg.PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
