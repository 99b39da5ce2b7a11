import { execFileSync } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '#server/platform/clock.ts';
import { createLog } from '#server/platform/log.ts';
import { until } from './agent-fixture.ts';
import { keepListening } from './keep-listening.ts';

/** A documentation address (RFC 5737) put on loopback for this test. */
const ADDRESS = '192.0.2.77';
const PORT = 39_877;
const address = (verb: 'add' | 'del') =>
  execFileSync('ip', ['address', verb, `${ADDRESS}/32`, 'dev', 'lo'], { stdio: 'ignore' });

afterAll(() => {
  // gone already when the test passed
  execFileSync('sh', ['-c', `ip address del ${ADDRESS}/32 dev lo || true`], { stdio: 'ignore' });
});

const answers = (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: ADDRESS, port: PORT, timeout: 200 });
    const end = (isUp: boolean) => {
      socket.destroy();
      resolve(isUp);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });

test('a listener comes up when its address appears, and again after the address was gone', async () => {
  const stop = new AbortController();
  const server = createServer((socket) => socket.end());
  let ensured = 0;
  const loop = keepListening({
    name: 'trial',
    server,
    address: ADDRESS,
    port: PORT,
    ensureAddress: async () => {
      ensured += 1;
      address('add');
    },
    clock: systemClock,
    log: createLog('test', 'fatal'),
    signal: stop.signal,
  });
  await until(answers);
  expect(ensured).toBe(1);
  address('del');
  await until(() => ensured === 2);
  await until(answers);
  stop.abort();
  await loop;
  address('del');
  await new Promise((resolve) => server.close(resolve));
});
