import { and, eq, sql } from 'drizzle-orm';
import { samples } from '#db/schema/samples.ts';
import type { Tx } from '#db/transaction.ts';
import { canCluster } from '#model/cluster.ts';
import type { Actor } from '#model/role.ts';
import type { SampleId } from '#model/sample.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { type ClusterRow, findClusterRow } from '#server/clusters/cluster-rows.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { authorize } from '#server/identity/authorize.ts';
import { TesseraError } from '#server/platform/error.ts';
import { startTask } from '#server/tasks/start-task.ts';
import { knownSamples } from './known-samples.ts';

export type SampleRequested = { cluster: string; sample: SampleId };

/** Starts the task that deploys a sample; again on a deployed one mends what is missing. Throws not_found, forbidden, busy. */
export async function deploySample(tx: Tx, input: SampleRequested, actor: Actor): Promise<{ taskId: number }> {
  const cluster = await openCluster(tx, input.cluster, actor);
  return request(tx, { cluster, sample: input.sample, kind: 'deploy-sample' }, actor);
}

/** Starts the task that removes a sample with its data. Throws not_found (also when it is not deployed), forbidden, busy. */
export async function removeSample(tx: Tx, input: SampleRequested, actor: Actor): Promise<{ taskId: number }> {
  const cluster = await openCluster(tx, input.cluster, actor);
  const row = await readRow(tx, cluster.uuid, input.sample);
  if (!row)
    throw new TesseraError(
      'not_found',
      `Sample ${knownSamples[input.sample].name} is not deployed on ${cluster.name}.`,
    );
  return request(tx, { cluster, sample: input.sample, kind: 'remove-sample' }, actor);
}

/** The cluster's row stays locked until the end: two presses of a button are one task. */
async function openCluster(tx: Tx, name: string, actor: Actor): Promise<ClusterRow> {
  const cluster = await findClusterRow(tx, name, 'for update');
  authorize(actor, 'deploy-sample', { ownedBy: cluster.owner });
  const usable = cluster.masterAddress !== null && cluster.lastAction !== 'DELETE';
  if (usable && (cluster.lastAction !== 'CREATE' || canCluster.resize(readState(cluster)))) return cluster;
  throw new TesseraError(
    'busy',
    `Cluster ${cluster.name} cannot take a sample now: ${cluster.lastAction} ${cluster.lastActionState}.`,
  );
}

const readState = (cluster: ClusterRow) => (cluster.lastActionState === 'succeeded' ? 'succeeded' : 'in progress');

type Request = { cluster: ClusterRow; sample: SampleId; kind: 'deploy-sample' | 'remove-sample' };

async function request(tx: Tx, { cluster, sample, kind }: Request, actor: Actor): Promise<{ taskId: number }> {
  const { name } = knownSamples[sample];
  const before = await readRow(tx, cluster.uuid, sample);
  if (before?.state === 'deploying' || before?.state === 'removing')
    throw new TesseraError('busy', `Sample ${name} is ${before.state} on ${cluster.name}; see task ${before.taskId}.`);
  const deploying = kind === 'deploy-sample';
  const description = deploying
    ? `Deploy sample ${name} on ${cluster.name}`
    : `Remove sample ${name} from ${cluster.name}`;
  const taskId = await startTask(tx, { kind, subject: cluster.uuid, description, input: { sample } }, actor);
  const state = deploying ? 'deploying' : 'removing';
  await tx.db
    .insert(samples)
    .values({ clusterUuid: cluster.uuid, sample, state, taskId })
    .onConflictDoUpdate({
      target: [samples.clusterUuid, samples.sample],
      set: { state, taskId, updatedAt: sql`now()`, version: sql`${samples.version} + 1` },
    });
  await appendAudit(tx, actor, kind, `cluster/${cluster.uuid}`, { name: cluster.name, sample });
  await appendEvent(tx, 'sample.changed', `sample/${cluster.uuid}/${sample}`, { cluster: cluster.name, state, taskId });
  return { taskId };
}

async function readRow(tx: Tx, clusterUuid: string, sample: SampleId) {
  const [row] = await tx.db
    .select()
    .from(samples)
    .where(and(eq(samples.clusterUuid, clusterUuid), eq(samples.sample, sample)))
    .limit(1);
  return row ?? null;
}
