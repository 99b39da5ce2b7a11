import { DBOS } from '@dbos-inc/dbos-sdk';
import { isDatabaseDown } from '#db/is-database-down.ts';
import { runPlan } from '#server/installer/run-plan.ts';
import { isCancelRequested, runStep } from '#server/installer/run-step.ts';
import { RUN_TASK } from './names.ts';
import { beginStage, beginTask, endStage, finishTask } from './note-task.ts';
import { planTask, type WorkflowDependencies } from './plan-task.ts';

/** While PostgreSQL is away a step waits: 60 tries a second or more apart outlast a restart by far. */
const WHILE_DATABASE_IS_AWAY = {
  retriesAllowed: true,
  maxAttempts: 60,
  intervalSeconds: 0.5,
  backoffRate: 1.2,
  shouldRetry: isDatabaseDown,
} as const;

/**
 * The one workflow: plans a task once, then runs its steps in waves. The body decides from its inputs and step results only;
 * every effect is a step of the engine, and every step of the plan is idempotent.
 */
export function registerRunTask(dependencies: WorkflowDependencies): void {
  const durable = <T>(name: string, run: () => Promise<T>): Promise<T> =>
    DBOS.runStep(run, { name, ...WHILE_DATABASE_IS_AWAY });

  async function runTask(taskId: number, attempt: number): Promise<void> {
    try {
      const outline = await durable('plan', async () => {
        await beginTask(dependencies, taskId, attempt);
        return planTask(dependencies, taskId);
      });
      const result = await runPlan(outline, {
        runStep: (seq) => durable(`step-${seq}`, () => runStep(dependencies, taskId, seq)),
        beginStage: (seq) => durable(`begin-${seq}`, () => beginStage(dependencies, taskId, seq)),
        endStage: (seq) => durable(`end-${seq}`, () => endStage(dependencies, taskId, seq)),
        isCancelled: () => durable('cancelled?', () => isCancelRequested(dependencies.pool, taskId)),
      });
      const errors = result.errors.map((error) => (error instanceof Error ? error.message : String(error)));
      await durable('finish', () => finishTask(dependencies, taskId, result.outcome, errors));
    } catch (error) {
      // stopping director: the run stays pending and goes on in the next one
      if (dependencies.signal.aborted || isEngineError(error)) throw error;
      await durable('finish', () =>
        finishTask(dependencies, taskId, 'failed', [error instanceof Error ? error.message : String(error)]),
      );
    }
  }

  DBOS.registerWorkflow(runTask, { name: RUN_TASK });
}

/** Conflict, cancelled, unexpected step…: the engine's own errors always pass through. */
function isEngineError(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('DBOS');
}
