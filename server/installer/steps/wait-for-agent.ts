import { z } from 'zod';
import { TesseraError } from '#server/platform/error.ts';
import { instanceName, readInstance } from '../read-instance.ts';
import { defineStep, type StepContext } from '../step.ts';
import { withLiveVm } from '../with-live-vm.ts';

/** A container-backed VM answers within a second; a cloud VM may take minutes. */
const DEADLINE_MS = 600_000;
/** A VM that died will not answer: look at it while waiting. */
const LOOK_MS = 3_000;

/** Waits until the agent of the VM is connected; a VM that stops meanwhile is replaced. */
export const waitForAgent = defineStep({
  input: z.strictObject({ instance: z.string() }),
  interruptible: true,
  run: (context, { instance }) => withLiveVm(context, instance, 'agent', () => wait(context, instance)),
});

async function wait(context: StepContext, instance: string): Promise<void> {
  const row = await readInstance(context.pool, instance);
  const started = context.clock.monotonic();
  while (!context.agents.isConnected(instance)) {
    try {
      await context.agents.waitForAgent(instance, { signal: context.signal, deadlineMs: LOOK_MS });
    } catch (cause) {
      context.signal.throwIfAborted();
      const power = row.vmCid ? await context.cpi.powerState(row.vmCid, { signal: context.signal }) : 'missing';
      const waited = context.clock.monotonic() - started;
      if (power !== 'on' || waited > DEADLINE_MS) {
        throw new TesseraError(
          'agent_timeout',
          `VM ${instanceName(row)} (${row.vmCid}) is ${power} and its agent did not answer in ${Math.round(waited / 1000)} s after create. Retry, or look at its console log.`,
          { cause },
        );
      }
    }
  }
  await context.log(`agent: connected after ${Math.round(context.clock.monotonic() - started)} ms`);
}
