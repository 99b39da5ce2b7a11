import { expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { systemClock } from './clock.ts';
import { claimSlot, type Slot } from './lease.ts';
import { createLog } from './log.ts';

const database = useTestDatabase();

async function claim(owner: string, deadlineMs = 5000): Promise<Slot | null> {
  return claimSlot({
    databaseUrl: database.url,
    name: 'director-0',
    owner,
    clock: systemClock,
    log: createLog('test', 'silent'),
    signal: AbortSignal.timeout(deadlineMs),
  });
}

test('one holds the slot; the next takes over with a higher fencing number when it is released', async () => {
  const first = await claim('a');
  expect(await claim('b', 700)).toBeNull();
  const waiting = claim('b');
  await first?.release();
  const second = await waiting;
  expect(second?.fencing).toBe((first?.fencing ?? 0) + 1);
  await second?.release();
});

test('a holder whose connection dies hears of it, and the slot is free', async () => {
  const holder = await claim('a');
  await database.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tessera slot director-0' and datname = current_database()`,
  );
  const next = await claim('b');
  expect(next?.fencing).toBe((holder?.fencing ?? 0) + 1);
  expect(holder?.lost.aborted).toBe(true);
  await next?.release();
});
