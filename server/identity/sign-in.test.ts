import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { Vault } from '#server/platform/vault.ts';
import { createUser } from './create-user.ts';
import { isSetUp, setUp } from './set-up.ts';
import { signIn } from './sign-in.ts';
import { signOut } from './sign-out.ts';
import { verifySession } from './verify-session.ts';

const { pool } = useTestDatabase();
const state = mkdtempSync(join(tmpdir(), 'tessera-sign-in-'));
const vault = new Vault(state, 'file');
const administrator = { name: 'ana', userId: null, groups: ['opsman.admin'] };
let addresses = 0;

/** Each try from an address of its own, unless the test is about addresses. */
const attempt = (userName: string, password: string, address = `192.0.2.${++addresses}`) =>
  inTransaction(pool, (tx) => signIn(tx, { userName, password, address }));

beforeAll(async () => {
  await inTransaction(pool, (tx) =>
    setUp(tx, vault, { userName: 'ana', password: 'correct horse', passphrase: 'battery staple' }),
  );
});
afterAll(() => rmSync(state, { recursive: true }));

describe('first-run set-up', () => {
  test('makes the administrator, all groups and the vault', async () => {
    const outcome = await attempt('ANA', 'correct horse');
    if (!outcome.ok) throw outcome.error;
    expect(outcome.actor.groups).toContain('opsman.admin');
    expect(outcome.actor.groups).toContain('pks.clusters.admin');
    expect(vault.isOpen).toBe(true);
    expect(await inTransaction(pool, isSetUp)).toBe(true);
  });

  test('is refused the second time, and the first administrator stays', async () => {
    const again = inTransaction(pool, (tx) =>
      setUp(tx, vault, { userName: 'mallory', password: 'correct horse', passphrase: 'battery staple' }),
    );
    await expect(again).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('set up already') });
    expect((await attempt('mallory', 'correct horse')).ok).toBe(false);
  });

  test('keeps password and passphrase out of every table', async () => {
    const { rows } = await pool.query<{ text: string }>(
      `select string_agg(t::text, '') as text from (
         select row_to_json(u)::text as t from users u union all select row_to_json(s)::text from settings s
         union all select row_to_json(a)::text from audit a union all select row_to_json(e)::text from events e) all_rows`,
    );
    expect(rows[0]?.text).toContain('ana');
    expect(rows[0]?.text).not.toContain('correct horse');
    expect(rows[0]?.text).not.toContain('battery staple');
  });

  test('the wrong passphrase does not open the vault', async () => {
    const other = new Vault(state, 'prompt');
    await expect(inTransaction(pool, (tx) => other.unlock(tx, 'battery stable'))).rejects.toMatchObject({
      code: 'bad_passphrase',
    });
    expect(other.isOpen).toBe(false);
    await inTransaction(pool, (tx) => other.unlock(tx, 'battery staple'));
    expect(other.isOpen).toBe(true);
  });
});

describe('sessions', () => {
  test('a right password gives a session that its token alone opens', async () => {
    const outcome = await attempt('ana', 'correct horse');
    if (!outcome.ok) throw outcome.error;
    const session = await inTransaction(pool, (tx) => verifySession(tx, outcome.token));
    expect(session?.actor.name).toBe('ana');
    expect(session?.csrf).toBe(outcome.csrf);
    const { rows } = await pool.query<{ hash: string }>('select hash from sessions');
    expect(rows.map((row) => row.hash)).not.toContain(outcome.token);
    expect(await inTransaction(pool, (tx) => verifySession(tx, `${outcome.token}x`))).toBeNull();
  });

  test('a session ends by logging out', async () => {
    const outcome = await attempt('ana', 'correct horse');
    if (!outcome.ok) throw outcome.error;
    await inTransaction(pool, (tx) => signOut(tx, outcome.token));
    expect(await inTransaction(pool, (tx) => verifySession(tx, outcome.token))).toBeNull();
  });

  test('an expired session opens nothing; a used one moves its end on', async () => {
    const outcome = await attempt('ana', 'correct horse');
    if (!outcome.ok) throw outcome.error;
    await pool.query(
      `update sessions set last_seen_at = now() - interval '2 hours', expires_at = now() + interval '6 hours'`,
    );
    await inTransaction(pool, (tx) => verifySession(tx, outcome.token));
    const renewed = await inTransaction(pool, (tx) => verifySession(tx, outcome.token));
    expect(renewed && renewed.expiresAt.getTime() - Date.now()).toBeGreaterThan(7 * 3600 * 1000);
    await pool.query(`update sessions set expires_at = now() - interval '1 second'`);
    expect(await inTransaction(pool, (tx) => verifySession(tx, outcome.token))).toBeNull();
  });

  test('a user without an opsman group gets no console', async () => {
    await inTransaction(pool, (tx) =>
      createUser(
        tx,
        { userName: 'john', email: 'john@example.test', password: 'john password', groups: ['pks.clusters.admin'] },
        administrator,
      ),
    );
    const outcome = await attempt('john', 'john password');
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'forbidden', message: expect.stringContaining('opsman.admin') },
    });
  });
});

describe('throttling', () => {
  const addUser = (userName: string) =>
    inTransaction(pool, (tx) =>
      createUser(
        tx,
        { userName, email: 'x@example.test', password: 'a password', groups: ['opsman.full_view'] },
        administrator,
      ),
    );

  test('a wrong password is refused with the count of tries left, the same for an unknown user', async () => {
    await addUser('kim');
    for (const name of ['kim', 'nobody']) {
      const outcome = await attempt(name, 'wrong');
      expect(outcome).toMatchObject({
        ok: false,
        error: {
          code: 'bad_credentials',
          message: 'User name and password do not match. After 4 more tries there is a pause of 1 minute.',
        },
      });
    }
  });

  test('five wrong tries from anywhere pause that user, even with the right password, and nobody else', async () => {
    await addUser('lee');
    for (let n = 0; n < 5; n++) await attempt('lee', 'wrong');
    expect(await attempt('lee', 'a password')).toMatchObject({ ok: false, error: { code: 'throttled' } });
    expect((await attempt('ana', 'correct horse')).ok).toBe(true);
    await pool.query(`update log_in_failures set blocked_until = now() - interval '1 second' where key = 'user:lee'`);
    expect((await attempt('lee', 'a password')).ok).toBe(true);
  });

  test('a hundred guesses sent at once are no hundred tries', async () => {
    await addUser('max');
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => attempt('max', 'wrong')));
    const tried = outcomes.filter((outcome) => !outcome.ok && outcome.error.code === 'bad_credentials');
    expect(tried).toHaveLength(5);
  });

  test('one address guessing at many users is paused', async () => {
    const address = '198.51.100.7';
    for (let n = 0; n < 30; n++) await attempt(`guess-${n}`, 'wrong', address);
    expect(await attempt('ana', 'correct horse', address)).toMatchObject({ ok: false, error: { code: 'throttled' } });
  });
});
