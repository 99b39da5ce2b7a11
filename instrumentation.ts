/** Runs once when the console process starts, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { openConsole } = await import('#server/routers/console-holder.ts');
  const { log, config } = openConsole();
  log.info({ state: config.state, cpi: config.cpi, port: config.installation.ports.console }, 'console started');
}
