import { z } from 'zod';
import { TesseraError } from '#server/platform/error.ts';
import { instanceName, readInstance } from '../read-instance.ts';
import { defineStep } from '../step.ts';

/** A container-backed VM answers within a second; a cloud VM may take minutes. */
const DEADLINE_MS = 600_000;
/** A VM that died will not answer: look at it while waiting. */
const LOOK_MS = 5_000;

/** Waits until the agent of the VM is connected; a VM that stopped meanwhile ends the wait. */
export const waitForAgent = defineStep({
  input: z.strictObject({ instance: z.string() }),
  interruptible: true,
  run: async (context, { instance }) => {
    const row = await readInstance(context.pool, instance);
    const started = context.clock.monotonic();
    while (true) {
      try {
        await context.agents.waitForAgent(instance, { signal: context.signal, deadlineMs: LOOK_MS });
        await context.log(`agent: connected after ${Math.round(context.clock.monotonic() - started)} ms`);
        return;
      } catch (cause) {
        context.signal.throwIfAborted();
        const power = row.vmCid ? await context.cpi.powerState(row.vmCid, { signal: context.signal }) : 'missing';
        if (power !== 'on') {
          throw new TesseraError('agent_timeout', `VM ${instanceName(row)} (${row.vmCid}) is ${power}: it stopped before its agent answered. Retry makes a new one.`, { cause });
        }
        if (context.clock.monotonic() - started > DEADLINE_MS) {
          throw new TesseraError('agent_timeout', `VM ${instanceName(row)} did not answer in ${DEADLINE_MS / 1000} s after create. Retry, or open its console log.`, { cause });
        }
      }
    }
  },
});
