import { DBOSClient } from '@dbos-inc/dbos-sdk';
import type { Pool } from 'pg';
import type { Tx } from '#db/transaction.ts';
import { ENGINE_NAME, ENGINE_SCHEMA, RUN_TASK, TASK_QUEUE, WORKFLOW_EPOCH, workflowIdOf } from './names.ts';

/**
 * The door to the workflow engine for everyone but the director: enqueue in the transaction of the deed.
 * One client a pool; it keeps no connection of its own.
 */
const clients = new WeakMap<Pool, Promise<DBOSClient>>();

/** Enqueues the run of a task; it exists when the caller's transaction commits, and not otherwise. */
export async function enqueueTask(tx: Tx, taskId: number, attempt: number): Promise<void> {
  const client = await clientOf(tx.pool);
  await client.enqueueInTransaction(
    tx.client,
    {
      workflowName: RUN_TASK,
      queueName: TASK_QUEUE,
      workflowID: workflowIdOf(taskId, attempt),
      appVersion: WORKFLOW_EPOCH,
      applicationName: ENGINE_NAME,
    },
    taskId,
    attempt,
  );
}

function clientOf(pool: Pool): Promise<DBOSClient> {
  const known = clients.get(pool);
  if (known) return known;
  const made = DBOSClient.create({
    // the pool below is what is used; the URL is only for the client's own pool, which is not made
    systemDatabaseUrl: pool.options.connectionString ?? '',
    systemDatabasePool: pool,
    systemDatabaseSchemaName: ENGINE_SCHEMA,
    applicationName: ENGINE_NAME,
  });
  clients.set(pool, made);
  // a failed attempt (database down) must not be remembered
  made.catch(() => clients.delete(pool));
  return made;
}
