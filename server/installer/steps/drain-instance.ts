import { z } from 'zod';
import { askAgent } from '../ask-agent.ts';
import { findInstance } from '../read-instance.ts';
import { defineStep } from '../step.ts';

const DEADLINE_MS = 600_000;

/** pre-stop, drain and stop of all jobs; a VM whose agent is gone has nothing left to drain. */
export const drainInstance = defineStep({
  input: z.strictObject({ instance: z.string() }),
  interruptible: true,
  run: async (context, { instance }) => {
    const row = await findInstance(context.pool, instance);
    if (!row?.vmCid) return;
    if (!context.agents.isConnected(instance)) {
      await context.log('agent not connected: nothing to drain', 'warn');
      return;
    }
    await askAgent(context, instance, { method: 'stop', drain: true }, DEADLINE_MS);
  },
});
