import type { Pool } from 'pg';
import type { z } from 'zod';
import type { Cpi } from '#server/cpi/cpi.ts';
import type { Agents } from '#server/gateway/call-agent.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Config } from '#server/platform/config.ts';
import type { Vault } from '#server/platform/vault.ts';

/** What a step works with; effects come in here, so that tests bring the simulated CPI. */
export type StepContext = {
  pool: Pool;
  vault: Vault;
  cpi: Cpi;
  agents: Agents;
  clock: Clock;
  config: Config;
  taskId: number;
  /** A line for the task's log under the subject of the running lane. */
  log: (line: string, level?: 'info' | 'warn' | 'error') => Promise<void>;
  /** Aborts when the director stops, or when the task is cancelled and the step may be interrupted. */
  signal: AbortSignal;
};

/**
 * One kind of step. `run` is idempotent: it looks first, then acts, then records; running it twice equals running it once.
 * `interruptible`: a cancelled task may leave it half way (a wait), because nothing is made by it.
 */
export type StepDefinition<Input> = {
  input: z.ZodType<Input>;
  interruptible: boolean;
  run(context: StepContext, input: Input): Promise<void>;
};

/** Binds input type and parser together; what the record of steps holds. */
export type AnyStep = { interruptible: boolean; run(context: StepContext, input: unknown): Promise<void> };

export function defineStep<Input>(definition: StepDefinition<Input>): AnyStep {
  return {
    interruptible: definition.interruptible,
    run: (context, input) => definition.run(context, definition.input.parse(input)),
  };
}
