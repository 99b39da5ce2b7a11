import { z } from 'zod';
import { returnToService } from '#server/kubernetes/return-to-service.ts';
import { TesseraError } from '#server/platform/error.ts';
import { hasPrograms, missingQuorum } from '../cluster-of.ts';
import { instanceName, readInstance } from '../read-instance.ts';
import { defineStep } from '../step.ts';

const LOOK_MS = 200;

/** Waits until the kubelet of the new VM has spoken and its node is Ready, then lets pods come to it again. */
export const returnToServiceStep = defineStep({
  input: z.strictObject({ instance: z.string(), watchTimeMs: z.number().int().positive() }),
  interruptible: true,
  run: async (context, { instance, watchTimeMs }) => {
    if (!hasPrograms(context)) return;
    const { pool, vault, clock, signal } = context;
    const started = clock.monotonic();
    for (;;) {
      const outcome = await returnToService({ pool, vault }, instance, signal);
      const waited = Math.round(clock.monotonic() - started);
      if (outcome === 'done') {
        await context.log(`kubernetes: node is Ready and in service after ${waited} ms`);
        return;
      }
      const missing = outcome === 'unreachable' ? await missingQuorum(context, instance) : null;
      if (missing !== null) {
        await context.log(`kubernetes: ${missing} masters are up, the API comes with the next one; going on`, 'warn');
        return;
      }
      if (waited > watchTimeMs) {
        const name = instanceName(await readInstance(pool, instance));
        throw new TesseraError(
          'unhealthy',
          `Node ${name} is not back in service after ${Math.round(waited / 1000)} s (${outcome}). Look at the log of its kubelet, then retry.`,
        );
      }
      await clock.sleep(LOOK_MS, signal);
    }
  },
});
