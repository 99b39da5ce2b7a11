import { expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import type { TesseraEvent } from '#model/event.ts';
import { systemClock } from '#server/platform/clock.ts';
import { appendEvent } from './append-event.ts';
import { currentCursor, followEvents } from './follow-events.ts';

const database = useTestDatabase();

async function take(from: string, count: number, deadlineMs = 5000): Promise<TesseraEvent[]> {
  const { pool, url } = database;
  const signal = AbortSignal.timeout(deadlineMs);
  const taken: TesseraEvent[] = [];
  for await (const batch of followEvents({ pool, databaseUrl: url, clock: systemClock, from, signal })) {
    taken.push(...batch);
    if (taken.length >= count) break;
  }
  return taken;
}

test('a slower transaction with a lower id is not passed over', async () => {
  const { pool } = database;
  const from = await currentCursor(pool);
  const slow = await pool.connect();
  await slow.query('begin');
  await slow.query(`insert into events (type, subject, data) values ('task.changed', 'task/slow', '{}')`);
  await inTransaction(pool, (tx) => appendEvent(tx, 'task.changed', 'task/fast'));
  const following = take(from, 2);
  await systemClock.sleep(150);
  await slow.query('commit');
  slow.release();
  expect((await following).map((event) => event.subject)).toEqual(['task/slow', 'task/fast']);
});

test('what is committed after a reader began reaches it at once, and once', async () => {
  const { pool } = database;
  const from = await currentCursor(pool);
  const following = take(from, 3);
  await systemClock.sleep(100);
  const started = systemClock.monotonic();
  for (const subject of ['task/1', 'task/2', 'task/3'])
    await inTransaction(pool, (tx) => appendEvent(tx, 'task.changed', subject));
  expect((await following).map((event) => event.subject)).toEqual(['task/1', 'task/2', 'task/3']);
  expect(systemClock.monotonic() - started).toBeLessThan(1500);
});

test('a reader that comes back with its cursor gets the gap and nothing twice', async () => {
  const { pool } = database;
  const from = await currentCursor(pool);
  for (const subject of ['task/a', 'task/b'])
    await inTransaction(pool, (tx) => appendEvent(tx, 'task.changed', subject));
  const first = await take(from, 1);
  const middle = first[0]?.cursor ?? '';
  await inTransaction(pool, (tx) => appendEvent(tx, 'task.changed', 'task/c'));
  const rest = await take(middle, 2);
  expect(rest.map((event) => event.subject)).toEqual(['task/b', 'task/c']);
});

test('a rolled back deed gives no news', async () => {
  const { pool } = database;
  const from = await currentCursor(pool);
  await expect(
    inTransaction(pool, async (tx) => {
      await appendEvent(tx, 'task.changed', 'task/never');
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await inTransaction(pool, (tx) => appendEvent(tx, 'task.changed', 'task/kept'));
  expect((await take(from, 1)).map((event) => event.subject)).toEqual(['task/kept']);
});
