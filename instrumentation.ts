/** Runs once when the console process starts, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { openConsole } = await import('#server/routers/console-holder.ts');
  const { watchDirector } = await import('#server/health/watch-director.ts');
  const { log, config, pool, clock } = openConsole();
  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  void watchDirector({ pool, clock, log, signal: stop.signal });
  log.info({ state: config.state, cpi: config.cpi, port: config.installation.ports.console }, 'console started');
}
