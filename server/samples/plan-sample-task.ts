import { and, eq, isNotNull } from 'drizzle-orm';
import { z } from 'zod';
import { clusters } from '#db/schema/clusters.ts';
import { instances } from '#db/schema/deployments.ts';
import type { tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { ChangePlan, Stage, Step } from '#model/change.ts';
import { deploymentOfCluster } from '#model/cluster.ts';
import { SampleId } from '#model/sample.ts';
import { TesseraError } from '#server/platform/error.ts';
import { knownSamples } from './known-samples.ts';

const Input = z.object({ sample: SampleId });

/** The change plan of a deploy-sample or remove-sample task: its image on every worker first, where the stemcell does not bring it. */
export async function planSampleTask(tx: Tx, task: typeof tasks.$inferSelect): Promise<ChangePlan> {
  const { sample: id } = Input.parse(task.input);
  const [cluster] = await tx.db.select().from(clusters).where(eq(clusters.uuid, task.subject)).limit(1);
  if (!cluster) throw new TesseraError('not_found', `Cluster ${task.subject} is gone.`);
  const { name, onRequest } = knownSamples[id];
  const input = { cluster: cluster.uuid, sample: id };
  if (task.kind === 'remove-sample') {
    const title = `remove ${name} with its data from ${cluster.name}`;
    return { stages: [stage(`Remove ${name}`, cluster.name, { kind: 'remove-sample', title, input })] };
  }
  const deploy: Step = { kind: 'deploy-sample', title: `deploy ${name} on ${cluster.name}`, input };
  const stages = onRequest ? await imageStages(tx, cluster, name, input) : [];
  return { stages: [...stages, stage(`Deploy ${name}`, cluster.name, deploy)] };
}

async function imageStages(
  tx: Tx,
  cluster: { uuid: string; name: string },
  name: string,
  input: Record<string, unknown>,
): Promise<Stage[]> {
  const rows = await tx.db
    .select({ id: instances.id, group: instances.groupName, index: instances.index, az: instances.az })
    .from(instances)
    .where(and(eq(instances.deployment, deploymentOfCluster(cluster.uuid)), isNotNull(instances.vmCid)))
    .limit(1000);
  const lanes = rows
    .filter((row) => row.group === 'worker')
    .map((row) => ({
      subject: `${row.group}/${row.index}`,
      az: row.az,
      steps: [
        {
          kind: 'run-errand' as const,
          title: `import the image on ${row.group}/${row.index}`,
          input: { instance: row.id, job: 'images' },
        },
      ],
    }));
  return [
    stage(`Get ${name}`, cluster.name, { kind: 'place-sample-image', title: `make the image of ${name}`, input }),
    { title: 'Import the image on the workers', batches: [lanes] },
  ];
}

const stage = (title: string, subject: string, step: Step): Stage => ({
  title,
  batches: [[{ subject, az: null, steps: [step] }]],
});
