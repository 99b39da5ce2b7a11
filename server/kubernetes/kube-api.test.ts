import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthority, issueCertificate } from '#server/certificates/issue-certificate.ts';
import { systemClock } from '#server/platform/clock.ts';
import { KubeApi } from './kube-api.ts';

/** What an API server may do to its clients; a cluster of its own is in e2e/real. */
let server: Server;
let api: KubeApi;
const EVENT = JSON.stringify({ type: 'ADDED', object: { metadata: { name: 'a' } } });

beforeAll(async () => {
  const now = systemClock.now();
  const authority = await createAuthority({ commonName: 'test CA', days: 1, now });
  const leaf = await issueCertificate(authority, {
    commonName: 'api',
    alternativeNames: ['127.0.0.1'],
    usages: ['client_auth', 'server_auth'],
    days: 1,
    now,
  });
  server = createServer({ key: leaf.privateKeyPem, cert: leaf.certificatePem }, (request, response) => {
    if (request.url?.startsWith('/changed')) response.writeHead(409).end(JSON.stringify({ message: 'was modified' }));
    else response.writeHead(200).write(`${EVENT}\n${EVENT.slice(0, 9)}`);
    if (request.url?.startsWith('/dies')) setTimeout(() => response.socket?.destroy(), 20);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // it listens on TCP, so its address is no pipe's name
  const { port } = server.address() as AddressInfo;
  api = new KubeApi({
    server: `https://127.0.0.1:${port}`,
    caPem: authority.certificatePem,
    certificatePem: leaf.certificatePem,
    privateKeyPem: leaf.privateKeyPem,
  });
});
afterAll(async () => {
  await api.close();
  server.closeAllConnections();
  server.close();
});

const watch = (path: string, signal: AbortSignal) => api.watch({ path, resourceVersion: '1', signal });

test('a watch whose API server dies tells so once, and nothing of it is left to fail later', async () => {
  const seen: string[] = [];
  const following = (async () => {
    for await (const event of watch('/dies', new AbortController().signal)) seen.push(event.type);
  })();
  await expect(following).rejects.toMatchObject({ code: 'kubernetes_unavailable' });
  expect(seen).toEqual(['ADDED']);
});

test('a watch that is left or aborted ends quietly, also when its client is closed after', async () => {
  for await (const event of watch('/lives', new AbortController().signal)) {
    expect(event.type).toBe('ADDED');
    break;
  }
  const stop = new AbortController();
  for await (const event of watch('/lives', stop.signal)) {
    expect(event.type).toBe('ADDED');
    stop.abort();
  }
});

test('an object that was changed meanwhile is a conflict', async () => {
  await expect(api.send({ path: '/changed' })).rejects.toMatchObject({ code: 'conflict' });
});
