import { DBOS } from '@dbos-inc/dbos-sdk';
import type { Pool } from 'pg';
import type { Log } from '#server/platform/log.ts';
import { ENGINE_NAME, ENGINE_SCHEMA, TASK_QUEUE, WORKFLOW_EPOCH } from './names.ts';
import type { WorkflowDependencies } from './plan-task.ts';
import { registerRunTask } from './run-task.ts';

/** Tasks that run side by side in one director: each mostly waits. */
const TASKS_AT_ONCE = 16;
/** The default of a second would be felt as a slow button. */
const QUEUE_POLL_MS = 100;

/** Makes or upgrades the engine's tables. Run under the migration lock only: the engine's own DDL deadlocks with live traffic. */
export async function migrateEngine(databaseUrl: string): Promise<void> {
  await DBOS.migrate(databaseUrl, { schemaName: ENGINE_SCHEMA });
}

/**
 * Launches the engine with the id of the director's slot: pending runs of a director that died with this id go on from their last step.
 * Call once a process.
 */
export async function launchEngine(options: {
  pool: Pool;
  databaseUrl: string;
  slot: string;
  log: Log;
  dependencies: WorkflowDependencies;
}): Promise<{ stop(): Promise<void> }> {
  const { log } = options;
  registerRunTask(options.dependencies);
  DBOS.setConfig({
    name: ENGINE_NAME,
    systemDatabaseUrl: options.databaseUrl,
    systemDatabaseSchemaName: ENGINE_SCHEMA,
    systemDatabasePoolSize: 20,
    executorID: options.slot,
    applicationVersion: WORKFLOW_EPOCH,
    runMigrations: false,
    logger: {
      debug: (entry) => log.debug(String(entry)),
      info: (entry) => log.debug(String(entry)),
      warn: (entry) => log.warn(String(entry)),
      error: (entry) => log.error(String(entry)),
    },
  });
  await DBOS.launch();
  await DBOS.registerQueue(TASK_QUEUE, { workerConcurrency: TASKS_AT_ONCE, minPollingIntervalMs: QUEUE_POLL_MS });
  return { stop: () => DBOS.shutdown() };
}
