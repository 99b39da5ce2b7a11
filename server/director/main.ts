import { hostname } from 'node:os';
import { createPool } from '#db/client.ts';
import { migrate } from '#db/migrate.ts';
import { systemClock } from '#server/platform/clock.ts';
import { loadConfig } from '#server/platform/config.ts';
import { claimSlot } from '#server/platform/lease.ts';
import { createLog } from '#server/platform/log.ts';
import { migrateEngine } from '#server/workflows/engine.ts';
import { runDirector } from './run-director.ts';
import { clockWentBack } from './watch-clock.ts';

/**
 * The director: migrates the database, waits for its slot, then runs workflows, gateway and loops until it is told to stop or loses the
 * slot. Start as many as there are machines: one works, the others wait to take over.
 */
const SLOT = 'director-0';
const RETRY_MS = 1000;

const config = loadConfig();
const log = createLog('director', config.logLevel);
const stop = new AbortController();
let signals = 0;
for (const name of ['SIGTERM', 'SIGINT'] as const) {
  process.on(name, () => {
    signals += 1;
    if (signals > 1) process.exit(1);
    stop.abort(new Error(name));
  });
}
process.on('unhandledRejection', (error) => {
  log.fatal({ err: error }, 'a promise failed that nobody waits for');
  process.exit(1);
});

await migrateWhenThere();
const slot = await claimSlot({
  databaseUrl: config.databaseUrl,
  name: SLOT,
  owner: `${hostname()}:${process.pid}`,
  clock: systemClock,
  log,
  signal: stop.signal,
});
if (slot) {
  slot.lost.addEventListener('abort', () => {
    // another director may hold the slot from now on: nothing may be written any more
    log.fatal({ slot: slot.name }, 'lost the director slot; ending');
    process.exit(1);
  });
  log.info({ slot: slot.name, fencing: slot.fencing }, 'director slot taken');
  void endWhenClockGoesBack();
  const pool = createPool(config.databaseUrl, {
    max: 20,
    applicationName: 'tessera-director',
    onIdleError: (error) => log.warn({ err: error }, 'idle database connection lost'),
  });
  await runDirector({ config, pool, clock: systemClock, log, slot, signal: stop.signal });
  await slot.release();
  await pool.end();
}
log.info('director stopped');
process.exit(0);

async function endWhenClockGoesBack(): Promise<void> {
  const backMs = await clockWentBack(systemClock, stop.signal);
  if (backMs === null) return;
  log.fatal({ backMs }, 'the wall clock went back; ending, so that the next director plans by the new time');
  process.exit(1);
}

/** PostgreSQL may start after the director, or be away for a while. */
async function migrateWhenThere(): Promise<void> {
  while (!stop.signal.aborted) {
    try {
      await migrate(config.databaseUrl, { afterwards: () => migrateEngine(config.databaseUrl) });
      return;
    } catch (error) {
      log.warn({ err: error }, 'cannot migrate the database yet; trying again');
      // an abort ends the wait; the loop's condition sees it
      await systemClock.sleep(RETRY_MS, stop.signal).catch(() => undefined);
    }
  }
}
