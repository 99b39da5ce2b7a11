import { expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { SYSTEM_ACTOR } from '#model/role.ts';
import { appendAudit } from './append-audit.ts';
import { findBrokenLink } from './verify-audit.ts';

const database = useTestDatabase();

test('entries written side by side make one unbroken chain; a changed entry is found', async () => {
  const { pool } = database;
  await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      inTransaction(pool, (tx) => appendAudit(tx, SYSTEM_ACTOR, 'deed', `thing/${n}`, { b: n, a: { d: 1, c: 2 } })),
    ),
  );
  expect(await inTransaction(pool, findBrokenLink)).toBeNull();
  await pool.query(`update audit set actor = 'somebody else' where id = 3`);
  expect(await inTransaction(pool, findBrokenLink)).toBe(3);
});
