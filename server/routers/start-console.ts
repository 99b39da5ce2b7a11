import { watchDirector } from '#server/health/watch-director.ts';
import { openConsole } from './console-holder.ts';

/** Opens what requests need and starts the console's one loop; it stops on SIGTERM. */
export function startConsole(): void {
  const { log, config, pool, clock } = openConsole();
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  void watchDirector({ pool, clock, log, signal: stop.signal });
  log.info({ state: config.state, cpi: config.cpi, port: config.installation.ports.console }, 'console started');
}
