import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { createLog } from '#server/platform/log.ts';
import { Vault } from '#server/platform/vault.ts';
import { handToDirector, listenForUnlock } from './unlock-socket.ts';

const database = useTestDatabase();
const state = mkdtempSync(join(tmpdir(), 'unlock-'));
const stop = new AbortController();
afterAll(() => {
  stop.abort();
  rmSync(state, { recursive: true });
});

test('a director without the key waits; the right passphrase opens its vault, a wrong one does not', async () => {
  const { pool } = database;
  await inTransaction(pool, (tx) => new Vault(state, 'prompt').create(tx, 'right horse'));
  const vault = new Vault(state, 'prompt');
  expect(await handToDirector(state, 'right horse')).toBe(false);
  await listenForUnlock({ state, vault, pool, log: createLog('test', 'silent'), signal: stop.signal });
  expect(statSync(join(state, 'unlock.sock')).mode & 0o777).toBe(0o600);
  expect(await handToDirector(state, 'wrong horse')).toBe(false);
  expect(vault.isOpen).toBe(false);
  expect(await handToDirector(state, 'right horse')).toBe(true);
  expect(vault.isOpen).toBe(true);
});
