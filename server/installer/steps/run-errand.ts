import { z } from 'zod';
import { ScriptResult } from '#agent/protocol.ts';
import { TesseraError } from '#server/platform/error.ts';
import { askAgent } from '../ask-agent.ts';
import { instanceName, readInstance } from '../read-instance.ts';
import { defineStep } from '../step.ts';

const DEADLINE_MS = 900_000;

/** Runs an errand on an instance; its lines go to the task's log, a non-zero exit fails the step. */
export const runErrand = defineStep({
  input: z.strictObject({ instance: z.string(), job: z.string() }),
  interruptible: true,
  run: async (context, { instance, job }) => {
    const row = await readInstance(context.pool, instance);
    const answer = await askAgent(context, instance, { method: 'run-errand', job }, DEADLINE_MS);
    const result = ScriptResult.parse(answer);
    if (result.exitCode === 0) return;
    const last =
      result.stderr.trim().split('\n').slice(-3).join(' / ') || result.stdout.trim().split('\n').slice(-3).join(' / ');
    throw new TesseraError(
      'agent_failed',
      `Errand ${job} on ${instanceName(row)} ended with exit ${result.exitCode}: ${last || 'no output'}. Look at the log, then retry.`,
    );
  },
});
