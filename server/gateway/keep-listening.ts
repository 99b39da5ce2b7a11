import { createServer, type Server } from 'node:net';
import type { Clock } from '#server/platform/clock.ts';
import { causeChain } from '#server/platform/error.ts';
import type { Log } from '#server/platform/log.ts';

const LOOK_MS = 500;
/** Making the address appear may start a container; not more often than this. */
const ENSURE_EVERY_MS = 2000;

export type ListenOptions = {
  name: string;
  server: Server;
  address: string;
  port: number;
  /** Makes the address appear on this host; it vanishes with the last VM of a bridge. */
  ensureAddress: () => Promise<void>;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
};

/** Keeps a server listening on an address that comes and goes, until the signal aborts. */
export async function keepListening(options: ListenOptions): Promise<void> {
  const { name, server, address, port, clock, log, signal } = options;
  let ensuredAt = Number.NEGATIVE_INFINITY;
  let lastFault: string | null | undefined;
  while (!signal.aborted) {
    const fault = await look(server, address, port);
    if (fault === null && lastFault !== null) log.info({ name, address, port }, 'listening');
    if (fault !== null && fault !== lastFault) log.warn({ name, address, port, fault }, 'cannot listen yet');
    lastFault = fault;
    if (fault?.includes('EADDRNOTAVAIL') && clock.monotonic() - ensuredAt > ENSURE_EVERY_MS) {
      ensuredAt = clock.monotonic();
      await options
        .ensureAddress()
        .catch((error: unknown) => log.warn({ err: error, address }, 'gateway address cannot be made'));
    }
    // the abort ends the sleep; the loop's condition sees it
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
}

/** Listens when it can and does not yet; stops when the address is gone. Null when all is well, else why not. */
async function look(server: Server, address: string, port: number): Promise<string | null> {
  try {
    if (!server.listening) await listen(server, address, port);
    else await probe(address);
    return null;
  } catch (error) {
    if (server.listening) server.close();
    return causeChain(error);
  }
}

/** An address that is up takes a socket on any port; the listening socket itself does not notice when its address goes. */
async function probe(address: string): Promise<void> {
  const socket = createServer();
  await listen(socket, address, 0);
  socket.close();
}

function listen(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => {
      server.off('listening', onListening);
      reject(error);
    };
    const onListening = () => {
      server.off('error', onError);
      resolve();
    };
    server.once('error', onError);
    server.once('listening', onListening);
    server.listen({ host: address, port, exclusive: true });
  });
}
