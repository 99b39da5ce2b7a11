/** Names of workflows and queues: what client and director must agree on. */
export const RUN_TASK = 'run-task';
export const TASK_QUEUE = 'tasks';

/** Application name and schema of the workflow engine, in the same database as the domain tables. */
export const ENGINE_NAME = 'tessera';
export const ENGINE_SCHEMA = 'dbos';

/**
 * Bumped when the order of steps in a workflow body changes: runs of another epoch are not replayed by new code,
 * they are reported at start as held by the upgrade.
 */
export const WORKFLOW_EPOCH = '1';

/** One workflow an attempt, so that a double click is one run. */
export const workflowIdOf = (taskId: number, attempt: number): string => `task:${taskId}:${attempt}`;
