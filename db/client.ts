import pg from 'pg';

export interface PoolOptions {
  /** Most connections held at once; the embedded server allows 200 in all. */
  max?: number;
  /** Shown in pg_stat_activity, so that an operator can tell console from director. */
  applicationName?: string;
  /** Called when an idle connection is lost; the next query opens a new one. */
  onIdleError?: (error: Error) => void;
}

/** Opens a pool of connections to the PostgreSQL at `url`. Nothing connects until the first query. */
export function createPool(url: string, options: PoolOptions = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'tessera',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
  });
  // Without a listener Node ends the process when PostgreSQL restarts under an idle connection.
  // The pool has dropped that connection by then and queries report faults of their own.
  pool.on('error', (error) => options.onIdleError?.(error));
  // The same for one that is lost between two queries of a transaction: the next query of it reports the fault.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
