/** Runs once when the console process starts, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { startConsole } = await import('#server/routers/start-console.ts');
  startConsole();
}
