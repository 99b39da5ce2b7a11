import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { Vault } from './vault.ts';

const database = useTestDatabase();
const state = mkdtempSync(join(tmpdir(), 'vault-'));
afterAll(() => rmSync(state, { recursive: true }));

const SECRET = 'known-secret-4711';
const name = '/tessera/test/password';

test('a value is sealed in the database, opened with the key, and gone after a wrong passphrase nowhere', async () => {
  const { pool } = database;
  const vault = new Vault(state, 'file');
  expect(vault.isOpen).toBe(false);
  await inTransaction(pool, (tx) => vault.create(tx, 'right horse'));
  await inTransaction(pool, (tx) => vault.put(tx, { name, kind: 'password', value: SECRET }));
  expect(statSync(join(state, 'vault.key')).mode & 0o777).toBe(0o600);
  const { rows } = await pool.query<{ row: string }>(
    `select secrets::text as row from secrets union all select settings::text from settings`,
  );
  expect(rows.length).toBeGreaterThan(1);
  expect(rows.filter(({ row }) => row.includes(SECRET) || row.includes(Buffer.from(SECRET).toString('hex')))).toEqual(
    [],
  );
  expect(await inTransaction(pool, (tx) => new Vault(state, 'file').read(tx, name))).toBe(SECRET);
});

test('with unlock: prompt a process waits for the passphrase, and a wrong one is refused by name', async () => {
  const { pool } = database;
  const vault = new Vault(state, 'prompt');
  await expect(inTransaction(pool, (tx) => vault.read(tx, name))).rejects.toMatchObject({ code: 'vault_locked' });
  await expect(inTransaction(pool, (tx) => vault.unlock(tx, 'wrong horse'))).rejects.toMatchObject({
    code: 'bad_passphrase',
    message: 'The decryption passphrase is wrong.',
  });
  await inTransaction(pool, (tx) => vault.unlock(tx, 'right horse'));
  expect(await inTransaction(pool, (tx) => vault.read(tx, name))).toBe(SECRET);
});

test('a second vault is refused; a sealed value does not open under another name', async () => {
  const { pool } = database;
  const vault = new Vault(state, 'file');
  await expect(inTransaction(pool, (tx) => vault.create(tx, 'other'))).rejects.toMatchObject({ code: 'conflict' });
  await pool.query(
    `insert into secrets (name, kind, sealed) select '/stolen', kind, sealed from secrets where name = $1`,
    [name],
  );
  await expect(inTransaction(pool, (tx) => vault.read(tx, '/stolen'))).rejects.toThrow();
});

test('removing by prefix takes % and _ as plain characters', async () => {
  const { pool } = database;
  const vault = new Vault(state, 'file');
  for (const key of ['/a_b/x', '/acb/x'])
    await inTransaction(pool, (tx) => vault.put(tx, { name: key, kind: 'password', value: 'v' }));
  await inTransaction(pool, (tx) => vault.remove(tx, '/a_b/'));
  expect(await inTransaction(pool, (tx) => Promise.all([vault.has(tx, '/a_b/x'), vault.has(tx, '/acb/x')]))).toEqual([
    false,
    true,
  ]);
});
