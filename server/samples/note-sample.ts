import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { clusters } from '#db/schema/clusters.ts';
import { samples } from '#db/schema/samples.ts';
import type { Tx } from '#db/transaction.ts';
import { SampleId } from '#model/sample.ts';
import { appendEvent } from '#server/events/append-event.ts';

export type SampleOnCluster = { cluster: string; sample: SampleId };

/** The sample is deployed and answers at this node port. */
export async function noteDeployedSample(
  tx: Tx,
  { cluster, sample }: SampleOnCluster,
  nodePort: number,
): Promise<void> {
  await tx.db.update(samples).set({ state: 'running', nodePort, updatedAt: sql`now()` }).where(keyOf(cluster, sample));
  await tell(tx, cluster, sample, 'running');
}

/** Nothing of the sample is left. */
export async function noteRemovedSample(tx: Tx, { cluster, sample }: SampleOnCluster): Promise<void> {
  await tx.db.delete(samples).where(keyOf(cluster, sample));
  await tell(tx, cluster, sample, null);
}

/** The task that deploys or removes a sample runs (again), or has failed. */
export async function noteSampleTask(
  tx: Tx,
  task: { kind: 'deploy-sample' | 'remove-sample'; subject: string; input: unknown },
  state: 'in progress' | 'failed',
): Promise<void> {
  const { sample } = z.object({ sample: SampleId }).parse(task.input);
  const busy = task.kind === 'deploy-sample' ? 'deploying' : 'removing';
  const shown = state === 'failed' ? 'failed' : busy;
  await tx.db.update(samples).set({ state: shown, updatedAt: sql`now()` }).where(keyOf(task.subject, sample));
  await tell(tx, task.subject, sample, shown);
}

const keyOf = (cluster: string, sample: SampleId) => and(eq(samples.clusterUuid, cluster), eq(samples.sample, sample));

async function tell(tx: Tx, cluster: string, sample: SampleId, state: string | null): Promise<void> {
  const [row] = await tx.db.select({ name: clusters.name }).from(clusters).where(eq(clusters.uuid, cluster)).limit(1);
  await appendEvent(tx, 'sample.changed', `sample/${cluster}/${sample}`, { cluster: row?.name ?? '', state });
}
