import { linkSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '#server/platform/clock.ts';
import { connectEngine } from './client.ts';
import { unfitness } from './cpi.ts';

let folder: string;
let socket: string;
const closers: Array<() => void> = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tessera-client-'));
  socket = join(folder, 'engine.sock');
});
afterEach(() => {
  for (const close of closers.splice(0)) close();
  rmSync(folder, { recursive: true });
});

const signal = () => AbortSignal.timeout(10_000);
const ask = (deadlineMs?: number) => {
  const engine = connectEngine(socket);
  return engine.call('listing containers', signal(), () => engine.docker.listContainers(), deadlineMs);
};

async function serve(listener: RequestListener): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
}

describe('a container engine', () => {
  test('that is not there is named with its socket, what was done and what to do', async () => {
    await expect(ask()).rejects.toMatchObject({
      code: 'cpi_unavailable',
      message: `The container engine does not answer at ${socket} while listing containers: there is no such socket. Start it with npm start, or set TESSERA_CONTAINER_SOCKET to the socket of a running Podman or Docker.`,
    });
  });

  test('that died and left its socket is unavailable too', async () => {
    const server = createSocket();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    // closing unlinks the socket, so a second name keeps the file
    linkSync(socket, `${socket}.kept`);
    await new Promise((resolve) => server.close(resolve));
    linkSync(`${socket}.kept`, socket);
    await expect(ask()).rejects.toMatchObject({
      code: 'cpi_unavailable',
      message: expect.stringContaining('nobody listens there'),
    });
  });

  test('that hangs is given up', async () => {
    await serve(() => undefined);
    const before = systemClock.monotonic();
    await expect(ask(200)).rejects.toMatchObject({
      code: 'cpi_unavailable',
      message: expect.stringContaining('no answer within 0.2 s'),
    });
    expect(systemClock.monotonic() - before).toBeLessThan(5000);
  });

  test('that has no room left is disk_full', async () => {
    await serve((_, response) => {
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: 'copying layer: write /var/lib/x: no space left on device' }));
    });
    await expect(ask()).rejects.toMatchObject({ code: 'disk_full', message: expect.stringContaining('Make room') });
  });

  test('that refuses is quoted', async () => {
    await serve((_, response) => {
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: 'the moon is full' }));
    });
    await expect(ask()).rejects.toMatchObject({
      code: 'cpi_failed',
      message: 'The container engine refused while listing containers: the moon is full',
    });
  });

  test('is left alone when the caller gives up, with the reason', async () => {
    await serve(() => undefined);
    const engine = connectEngine(socket);
    const caller = new AbortController();
    const call = engine.call('listing containers', caller.signal, () => engine.docker.listContainers());
    caller.abort(new Error('cancelled by the operator'));
    await expect(call).rejects.toThrow('cancelled by the operator');
  });

  test('that cannot run VMs is told from one that can', () => {
    const engine = { MemTotal: 1, NCPU: 1, ServerVersion: '4.3.1' };
    expect(unfitness({ ...engine, CgroupVersion: '1', DefaultRuntime: '/usr/bin/crun' })).toContain('runc');
    expect(unfitness({ ...engine, SecurityOptions: ['name=seccomp', 'name=rootless'] })).toContain('as root');
    expect(unfitness({ ...engine, CgroupVersion: '2', DefaultRuntime: '/usr/bin/crun' })).toBeNull();
    expect(unfitness({ ...engine, CgroupVersion: '1', DefaultRuntime: '/usr/sbin/runc' })).toBeNull();
  });
});
