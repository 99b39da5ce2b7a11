import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { migrationsFolder, readJournal } from './journal.ts';

/** One number for all of Tessera's schema changes: whoever holds it is the only one who migrates. */
const migrationLock = 7_355_372;

export interface MigrateOptions {
  /** Further schema changes under the same lock (the workflow engine's own tables). */
  afterwards?: () => Promise<void>;
}

/**
 * Brings the database at `url` to the newest schema. Safe to call from many processes at once:
 * one works, the others wait and find nothing to do. Throws when a migration of the journal is missing afterwards.
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<void> {
  // One session for lock and migrations: a pool might run them on another connection, unlocked.
  const client = new pg.Client({ connectionString: url, application_name: 'tessera-migrate' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    // "already exists, skipping" is no news to anyone.
    await client.query('set client_min_messages = warning');
    await applyMigrations(drizzle(client), { migrationsFolder });
    const missing = await missingMigrations(client);
    if (missing.length > 0) {
      throw new Error(
        `The database lacks migrations ${missing.join(', ')} although migrating ended without an error. ` +
          'They are older than the newest applied one; give them a new time stamp and start again.',
      );
    }
    await options.afterwards?.();
  } finally {
    await client.end();
  }
}

/** True when every migration of this version is applied at `url`; the console waits for it. */
export async function isMigrated(pool: pg.Pool): Promise<boolean> {
  const client = await pool.connect();
  try {
    const missing = await missingMigrations(client);
    return missing.length === 0;
  } finally {
    client.release();
  }
}

async function missingMigrations(client: pg.ClientBase): Promise<string[]> {
  const exists = await client.query("select to_regclass('drizzle.__drizzle_migrations') is not null as there");
  const rows = exists.rows[0]?.there ? (await client.query('select hash from drizzle.__drizzle_migrations')).rows : [];
  const applied = new Set(rows.map((row) => String(row.hash)));
  return readJournal()
    .filter((entry) => !applied.has(entry.hash))
    .map((entry) => entry.tag);
}
