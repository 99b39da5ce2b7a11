import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import type { UserView } from '#model/user.ts';
import { Vault } from '#server/platform/vault.ts';
import { createUser } from './create-user.ts';
import { listUsers, readUser } from './find-users.ts';
import { setGroups } from './set-groups.ts';
import { setPassword } from './set-password.ts';
import { setUp } from './set-up.ts';
import { signIn } from './sign-in.ts';
import { deleteUser, updateUser } from './update-user.ts';
import { verifySession } from './verify-session.ts';

const { pool } = useTestDatabase();
const state = mkdtempSync(join(tmpdir(), 'tessera-users-'));
let ana: Actor & { userId: string };

const run = <T>(work: (tx: Tx) => Promise<T>) => inTransaction(pool, work);
const add = (userName: string, groups: string[], actor: Actor = ana): Promise<UserView> =>
  run((tx) => createUser(tx, { userName, email: `${userName}@example.test`, password: 'a password', groups }, actor));
const logIn = async (userName: string, password = 'a password') =>
  run((tx) => signIn(tx, { userName, password, address: '192.0.2.1' }));
const audited = async (action: string): Promise<{ actor: string; detail: Record<string, unknown> }[]> =>
  (await pool.query('select actor, detail from audit where action = $1 order by id', [action])).rows;

beforeAll(async () => {
  const { userId } = await run((tx) =>
    setUp(tx, new Vault(state, 'file'), { userName: 'ana', password: 'correct horse', passphrase: 'battery staple' }),
  );
  ana = { name: 'ana', userId, groups: ['opsman.admin'] };
});
afterAll(() => rmSync(state, { recursive: true }));

test('a new user is listed with its groups, and the deed is on record without the password', async () => {
  const user = await add('kim', ['opsman.full_view', 'pks.clusters.manage']);
  expect(user.groups.map((group) => group.displayName)).toEqual(['opsman.full_view', 'pks.clusters.manage']);
  expect((await run(listUsers)).map((one) => one.userName)).toEqual(['ana', 'kim']);
  const [entry] = await audited('create-user');
  expect(entry).toMatchObject({ actor: 'ana', detail: { userName: 'kim' } });
  const { rows } = await pool.query(`select 1 from events where type = 'user.changed' and subject = $1`, [
    `user/${user.id}`,
  ]);
  expect(rows).toHaveLength(1);
});

test('wrong input is refused by field and leaves nothing', async () => {
  await expect(add('KIM', [])).rejects.toMatchObject({ code: 'conflict', fields: { userName: 'already in use' } });
  await expect(add('new', ['no.such.group'])).rejects.toMatchObject({
    code: 'not_found',
    message: expect.stringContaining('no.such.group'),
  });
  await expect(run((tx) => createUser(tx, { userName: ' ', email: '', password: 'x' }, ana))).rejects.toMatchObject({
    code: 'invalid_input',
    fields: {
      userName: expect.any(String),
      email: expect.any(String),
      password: expect.stringContaining('at least 8'),
    },
  });
  expect((await run(listUsers)).map((one) => one.userName)).not.toContain('new');
});

test('managing users takes the right for it', async () => {
  const viewer: Actor = { name: 'kim', userId: null, groups: ['opsman.full_control'] };
  await expect(add('new', [], viewer)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(run((tx) => setGroups(tx, ana.userId, [], viewer))).rejects.toMatchObject({ code: 'forbidden' });
  await expect(run((tx) => deleteUser(tx, ana.userId, viewer))).rejects.toMatchObject({ code: 'forbidden' });
});

test('the last administrator can be neither demoted, deactivated nor deleted; one of two can', async () => {
  await expect(run((tx) => setGroups(tx, ana.userId, ['pks.clusters.admin'], ana))).rejects.toMatchObject({
    code: 'conflict',
  });
  await expect(run((tx) => updateUser(tx, ana.userId, { active: false }, null, ana))).rejects.toMatchObject({
    code: 'conflict',
  });
  await expect(run((tx) => deleteUser(tx, ana.userId, ana))).rejects.toMatchObject({ code: 'conflict' });
  expect((await run((tx) => readUser(tx, ana.userId))).active).toBe(true);
  const second = await add('bea', ['opsman.admin']);
  await run((tx) => setGroups(tx, second.id, [], ana));
  expect((await run((tx) => readUser(tx, second.id))).groups).toEqual([]);
});

test('a new password ends all sessions; one of one’s own takes the old one', async () => {
  const user = await add('lee', ['opsman.full_view']);
  const lee: Actor = { name: 'lee', userId: user.id, groups: ['opsman.full_view'] };
  const session = await logIn('lee');
  if (!session.ok) throw session.error;
  await expect(run((tx) => setPassword(tx, user.id, 'another one', lee, 'wrong'))).rejects.toMatchObject({
    code: 'bad_credentials',
  });
  await expect(run((tx) => setPassword(tx, ana.userId, 'another one', lee))).rejects.toMatchObject({
    code: 'forbidden',
  });
  await run((tx) => setPassword(tx, user.id, 'another one', lee, 'a password'));
  expect(await run((tx) => verifySession(tx, session.token))).toBeNull();
  expect((await logIn('lee')).ok).toBe(false);
  expect((await logIn('lee', 'another one')).ok).toBe(true);
  expect(JSON.stringify(await audited('set-password'))).not.toContain('another one');
});

test('two operators saving the same user: the second is told', async () => {
  const user = await add('max', []);
  await run((tx) => updateUser(tx, user.id, { email: 'one@example.test' }, user.version, ana));
  await expect(
    run((tx) => updateUser(tx, user.id, { email: 'two@example.test' }, user.version, ana)),
  ).rejects.toMatchObject({ code: 'stale_version' });
  expect((await run((tx) => readUser(tx, user.id))).email).toBe('one@example.test');
});

test('a deactivated user is logged out and cannot come back until activated', async () => {
  const user = await add('noa', ['opsman.full_view']);
  const session = await logIn('noa');
  if (!session.ok) throw session.error;
  await run((tx) => updateUser(tx, user.id, { active: false }, null, ana));
  expect(await run((tx) => verifySession(tx, session.token))).toBeNull();
  expect((await logIn('noa')).ok).toBe(false);
  await run((tx) => updateUser(tx, user.id, { active: true }, null, ana));
  expect((await logIn('noa')).ok).toBe(true);
});

test('groups changed in one place count in a session at its next request', async () => {
  const user = await add('ida', ['opsman.full_view']);
  const session = await logIn('ida');
  if (!session.ok) throw session.error;
  await run((tx) => setGroups(tx, user.id, ['opsman.full_control'], ana));
  expect((await run((tx) => verifySession(tx, session.token)))?.actor.groups).toEqual(['opsman.full_control']);
  await run((tx) => deleteUser(tx, user.id, ana));
  expect(await run((tx) => verifySession(tx, session.token))).toBeNull();
});
