import { ConsoleClient } from '../console-client.ts';
import { readSession } from '../console-session.ts';
import type { Environment } from '../creds.ts';
import type { Printer } from '../print.ts';

/** What a command of the `tessera` CLI works with. */
export type TesseraContext = { print: Printer; environment: Environment; sleep: (ms: number) => Promise<void> };

/** The console of the saved session. */
export function consoleOf(context: TesseraContext): ConsoleClient {
  const session = readSession(context.environment);
  return new ConsoleClient(session.url, session);
}
