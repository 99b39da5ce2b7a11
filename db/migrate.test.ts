import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readJournal } from './journal.ts';
import { isMigrated, migrate } from './migrate.ts';

const name = `migrate_${process.pid}`;
const address = new URL(inject('postgresUrl'));
const maintenance = new pg.Pool({ connectionString: address.href, max: 1 });
address.pathname = `/${name}`;
const pool = new pg.Pool({ connectionString: address.href, max: 2 });

beforeAll(async () => {
  await maintenance.query(`create database ${name}`);
});
afterAll(async () => {
  await pool.end();
  await maintenance.query(`drop database ${name} with (force)`);
  await maintenance.end();
});

describe('migrate', () => {
  it('lets one of many work, and the others wait for it', async () => {
    expect(await isMigrated(pool)).toBe(false);
    let inside = 0;
    const afterwards = async () => {
      inside += 1;
      expect(inside).toBe(1);
      await pool.query('select pg_sleep(0.05)');
      inside -= 1;
    };
    await Promise.all([1, 2, 3].map(() => migrate(address.href, { afterwards })));
    expect(await isMigrated(pool)).toBe(true);
    const { rows } = await pool.query('select hash from drizzle.__drizzle_migrations');
    expect(rows).toHaveLength(readJournal().length);
  });

  it('says so when a migration was skipped because a newer one is applied', async () => {
    await pool.query("update drizzle.__drizzle_migrations set hash = 'of another branch'");
    await expect(migrate(address.href)).rejects.toThrow('lacks migrations 0000_initial');
    expect(await isMigrated(pool)).toBe(false);
  });
});
