import { expect, test } from 'vitest';
import type { Agents } from './call-agent.ts';
import { LateAgents } from './late-agents.ts';

/** Nobody is connected, and that is answered at once. */
const nobody: Agents = {
  isConnected: () => false,
  connected: () => [],
  waitForAgent: () => Promise.reject(new Error('nobody came')),
  call: () => Promise.reject(new Error('nobody answers')),
};

const options = (signal: AbortSignal) => ({ signal, deadlineMs: 1000 });

test('who asks for an agent before the gateway listens waits for it', async () => {
  const late = new LateAgents();
  let isSettled = false;
  const asked = late.call('instance', { method: 'ping' }, options(new AbortController().signal));
  asked
    .catch(() => undefined)
    .finally(() => {
      isSettled = true;
    });
  await Promise.resolve();
  expect(isSettled).toBe(false);
  late.arrive(nobody);
  await expect(asked).rejects.toThrow('nobody answers');
});

test('the wait ends when its task does', async () => {
  const stop = new AbortController();
  const asked = new LateAgents().waitForAgent('instance', options(stop.signal));
  stop.abort(new Error('the director stops'));
  await expect(asked).rejects.toThrow('the director stops');
});
