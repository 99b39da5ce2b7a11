import { z } from 'zod';
import { awaitAgent } from '../await-agent.ts';
import { defineStep } from '../step.ts';
import { withLiveVm } from '../with-live-vm.ts';

/** Waits until the agent of the VM is connected; a VM that stops meanwhile, or stays silent, is replaced. */
export const waitForAgent = defineStep({
  input: z.strictObject({ instance: z.string() }),
  interruptible: true,
  run: (context, { instance }) => withLiveVm(context, instance, 'agent', () => awaitAgent(context, instance)),
});
