import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

export type SyslogSink = { port: number; messages: string[]; stop(): Promise<void> };

/** For tests: a syslog listener that reads octet-counted frames, over TCP or, with a certificate, TLS. */
export async function startSyslogSink(tls?: { key: string; cert: string }): Promise<SyslogSink> {
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  const accept = (socket: Socket): void => {
    sockets.add(socket);
    let buffered = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      buffered = readFrames(Buffer.concat([buffered, chunk]), messages);
    });
    socket.on('error', () => socket.destroy());
  };
  const server = tls ? createTlsServer(tls, accept) : createServer(accept);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    messages,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Takes whole frames (`LENGTH SP MESSAGE`) off the front; answers what is left. */
function readFrames(buffer: Buffer, messages: string[]): Buffer<ArrayBuffer> {
  let rest = Buffer.from(buffer);
  for (;;) {
    const space = rest.indexOf(0x20);
    const length = Number(rest.subarray(0, Math.max(space, 0)).toString());
    // anything that is no frame (a TLS hello) is left lying
    if (space < 1 || !Number.isInteger(length) || rest.length < space + 1 + length) return rest;
    messages.push(rest.subarray(space + 1, space + 1 + length).toString('utf8'));
    rest = rest.subarray(space + 1 + length);
  }
}
