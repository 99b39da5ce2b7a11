import type { Environment } from '../creds.ts';
import { PksClient } from '../pks-client.ts';
import type { Printer } from '../print.ts';

/** What a command of the `pks` CLI works with. */
export type PksContext = { print: Printer; environment: Environment; sleep: (ms: number) => Promise<void> };

/** Runs `work` as the logged-in user. */
export async function asUser<T>(context: PksContext, work: (client: PksClient) => Promise<T>): Promise<T> {
  const client = new PksClient(context.environment);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
