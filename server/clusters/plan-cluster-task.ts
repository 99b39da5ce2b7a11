import { eq } from 'drizzle-orm';
import { clusters } from '#db/schema/clusters.ts';
import type { tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { ChangePlan, Stage } from '#model/change.ts';
import { deploymentOfCluster } from '#model/cluster.ts';
import { planDeletion, planDeployment } from '#server/deployments/plan-deployment.ts';
import { readExisting } from '#server/deployments/read-existing.ts';
import { TesseraError } from '#server/platform/error.ts';
import { newUuid } from '#server/platform/ids.ts';
import { readCloudConfig } from '#server/products/read-cloud-config.ts';
import { readContainerService } from '#server/products/read-container-service.ts';
import { toClusterView } from './cluster-rows.ts';
import { planCluster } from './plan-cluster.ts';

const DONE = {
  'create-cluster': 'Instance provisioning completed',
  'resize-cluster': 'Instance update completed',
} as const;

/** The change plan of a create, resize or delete task. */
export async function planClusterTask(tx: Tx, task: typeof tasks.$inferSelect): Promise<ChangePlan> {
  const [row] = await tx.db.select().from(clusters).where(eq(clusters.uuid, task.subject)).limit(1);
  if (!row) throw new TesseraError('not_found', `Cluster ${task.subject} is gone.`);
  const deployment = deploymentOfCluster(row.uuid);
  const existing = await readExisting(tx, deployment);
  if (task.kind === 'delete-cluster') {
    const { stages } = planDeletion(deployment, existing);
    return { stages: [...stages, finishStage(row.uuid, row.name, 'deleted', `Cluster ${row.name} is deleted`)] };
  }
  const service = await readContainerService(tx);
  const plan = service.plans.find((candidate) => candidate.name === row.planName);
  if (!plan)
    throw new TesseraError(
      'not_found',
      `Plan not found: ${row.planName}. It was removed from the Container Service; add it again or delete the cluster.`,
    );
  const cloudConfig = await readCloudConfig(tx);
  const manifest = planCluster({ cluster: toClusterView(row), plan, cloudConfig, service });
  const { stages } = planDeployment({ manifest, existing, cloudConfig, newId: newUuid });
  const description = task.kind === 'resize-cluster' ? DONE['resize-cluster'] : DONE['create-cluster'];
  return { stages: [...stages, finishStage(row.uuid, row.name, 'succeeded', description)] };
}

function finishStage(uuid: string, name: string, outcome: 'succeeded' | 'deleted', description: string): Stage {
  return {
    title: 'Finish',
    batches: [
      [
        {
          subject: name,
          az: null,
          steps: [
            {
              kind: 'finish-cluster',
              title: `note that ${name} is ${outcome}`,
              input: { cluster: uuid, outcome, description },
            },
          ],
        },
      ],
    ],
  };
}
