import { rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Pool } from 'pg';
import { inTransaction } from '#db/transaction.ts';
import type { Log } from '#server/platform/log.ts';
import type { Vault } from '#server/platform/vault.ts';

/**
 * With TESSERA_UNLOCK=prompt the vault's key lies in no file and in no table, so the console hands the passphrase that opened its own vault to
 * the director through a socket in the state folder that only their account can open. Nothing else passes there.
 */
const socketIn = (state: string): string => join(state, 'unlock.sock');
const OPENED = 'opened';
const LONGEST = 4096;
const ANSWER_MS = 10_000;

/** Director's side: opens `vault` with a passphrase that comes in. Ends with the signal. */
export async function listenForUnlock(options: {
  state: string;
  vault: Vault;
  pool: Pool;
  log: Log;
  signal: AbortSignal;
}): Promise<void> {
  const path = socketIn(options.state);
  rmSync(path, { force: true });
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    // a peer that leaves early has nobody to be told
    socket.on('error', () => socket.destroy());
    void text(socket)
      .then(async (passphrase) => {
        if (passphrase.length > LONGEST) throw new Error('longer than any passphrase');
        await inTransaction(options.pool, (tx) => options.vault.unlock(tx, passphrase));
        options.log.info('vault opened');
        socket.end(OPENED);
      })
      .catch((error: unknown) => {
        options.log.warn({ err: error }, 'vault not opened');
        socket.destroy();
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  options.signal.addEventListener('abort', () => server.close(), { once: true });
}

/** Console's side: true when a director took the passphrase; false when none listens (it asks again after its own start). */
export async function handToDirector(state: string, passphrase: string): Promise<boolean> {
  const socket = connect({ path: socketIn(state), allowHalfOpen: true });
  socket.setTimeout(ANSWER_MS, () => socket.destroy());
  socket.end(passphrase);
  try {
    return (await text(socket)) === OPENED;
  } catch {
    // no director, or it refused: the health page shows that its vault is locked
    return false;
  }
}
