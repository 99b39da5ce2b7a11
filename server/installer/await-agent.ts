import { TesseraError } from '#server/platform/error.ts';
import { instanceName, readInstance } from './read-instance.ts';
import type { StepContext } from './step.ts';

/** A VM that stopped will not answer: look at it while waiting. */
const LOOK_MS = 3_000;

/**
 * Waits until the agent of the instance's VM is connected. Throws agent_timeout when the VM is off, or on and silent for longer than a VM of this
 * infrastructure takes to start: such a one came up wrong (on a bridge that was just torn down, say) and is deleted, so that the next attempt
 * makes another.
 */
export async function awaitAgent(context: StepContext, instance: string): Promise<void> {
  const row = await readInstance(context.pool, instance);
  const started = context.clock.monotonic();
  while (!context.agents.isConnected(instance)) {
    try {
      await context.agents.waitForAgent(instance, { signal: context.signal, deadlineMs: LOOK_MS });
    } catch (cause) {
      context.signal.throwIfAborted();
      const power = row.vmCid ? await context.cpi.powerState(row.vmCid, { signal: context.signal }) : 'missing';
      const waited = context.clock.monotonic() - started;
      if (power === 'on' && waited < context.cpi.bootMs) continue;
      // two of one must never run: it goes before another is made
      if (row.vmCid && power === 'on') await context.cpi.deleteVm(row.vmCid, { signal: context.signal });
      throw new TesseraError(
        'agent_timeout',
        `VM ${instanceName(row)} (${row.vmCid}) is ${power} and its agent did not answer in ${Math.round(waited / 1000)} s after create. ${power === 'on' ? 'It was deleted: a retry makes another.' : 'Retry.'}`,
        { cause },
      );
    }
  }
  await context.log(`agent: connected after ${Math.round(context.clock.monotonic() - started)} ms`);
}
