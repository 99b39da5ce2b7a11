import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, inject } from 'vitest';
import { createPool } from './client.ts';

// Named here and not imported: db/template.ts runs in another process with the whole server behind it.
const templateDatabase = 'tessera_template';

/**
 * A migrated database of this test file's own, dropped when the file ends.
 * Call once at the top level; `pool` and `url` may be used from `beforeAll` on.
 */
export function useTestDatabase(): { pool: pg.Pool; url: string } {
  const maintenanceUrl = inject('postgresUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const address = new URL(maintenanceUrl);
  address.pathname = `/${name}`;
  const pool = createPool(address.href, { applicationName: 'vitest' });

  beforeAll(() => execute(maintenanceUrl, `create database ${name} template ${templateDatabase} strategy file_copy`));
  afterAll(async () => {
    await pool.end();
    await execute(maintenanceUrl, `drop database ${name} with (force)`);
  });
  return { pool, url: address.href };
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
