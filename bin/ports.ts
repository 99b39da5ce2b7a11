import { createServer } from 'node:net';

/** True when nothing listens on `port` of the address (loopback unless told). */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

/** The first free port from `first` on, looking at loopback and at all addresses, skipping those in `taken`. */
export async function freePortFrom(first: number, taken: number[] = []): Promise<number> {
  for (let port = first; port < first + 500; port += 1) {
    if (taken.includes(port)) continue;
    if ((await isPortFree(port)) && (await isPortFree(port, '0.0.0.0'))) return port;
  }
  throw new Error(`No free port between ${first} and ${first + 499}.`);
}
