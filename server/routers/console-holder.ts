import type { Pool } from 'pg';
import { createPool } from '#db/client.ts';
import { type Clock, systemClock } from '#server/platform/clock.ts';
import { type Config, loadConfig } from '#server/platform/config.ts';
import { createLog, type Log } from '#server/platform/log.ts';
import { Vault } from '#server/platform/vault.ts';

/** What the console process holds once: made at its start, reached by every request. */
export type ConsoleHolder = {
  config: Config;
  pool: Pool;
  vault: Vault;
  clock: Clock;
  log: Log;
  /** Open event streams now; a leak shows here. */
  streams: number;
  startedAt: Date;
};

declare global {
  // module state is per chunk in Next: one holder on the global object is the only thing all chunks share
  var __tessera: ConsoleHolder | undefined;
}

/** Opens pool, configuration and vault of the console process; the second call answers the first's holder. */
export function openConsole(): ConsoleHolder {
  if (globalThis.__tessera) return globalThis.__tessera;
  const config = loadConfig();
  const log = createLog('console', config.logLevel);
  const holder: ConsoleHolder = {
    config,
    pool: createPool(config.databaseUrl, {
      max: 20,
      applicationName: 'tessera-console',
      onIdleError: (error) => log.warn({ err: error }, 'idle database connection lost'),
    }),
    vault: new Vault(config.state, config.unlock),
    clock: systemClock,
    log,
    streams: 0,
    startedAt: systemClock.now(),
  };
  globalThis.__tessera = holder;
  return holder;
}
