import { eq } from 'drizzle-orm';
import { clusters } from '#db/schema/clusters.ts';
import type { Tx } from '#db/transaction.ts';
import { type ClusterView, CreateClusterRequest, normaliseClusterName } from '#model/cluster.ts';
import { faultsByField } from '#model/faults-by-field.ts';
import type { Plan } from '#model/plan.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { checkCapacity } from '#server/deployments/check-capacity.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { authorize } from '#server/identity/authorize.ts';
import { TesseraError } from '#server/platform/error.ts';
import { newUuid } from '#server/platform/ids.ts';
import { readContainerService } from '#server/products/read-container-service.ts';
import { startTask } from '#server/tasks/start-task.ts';
import { toClusterView } from './cluster-rows.ts';

/**
 * Asks for a cluster: checks plan, names and the machine's memory (with the sums, before anything is made), then row + audit + event +
 * task in one transaction. Throws not_found (plan), conflict (name, host name), invalid_input, capacity, forbidden.
 */
export async function createCluster(tx: Tx, input: CreateClusterRequest, actor: Actor): Promise<ClusterView> {
  authorize(actor, 'create-cluster');
  const request = parseRequest(input);
  const service = await readContainerService(tx);
  const plan = service.plans.find((candidate) => candidate.name === request.planName);
  if (!plan) {
    const names = service.plans.map((candidate) => candidate.name).join(', ');
    throw new TesseraError('not_found', `Plan not found: ${request.planName}. Active plans: ${names || 'none'}.`, {
      fields: { planName: 'no such plan' },
    });
  }
  const workerInstances = checkWorkers(plan, request.workerInstances ?? plan.workerInstances);
  await refuseTakenNames(tx, request);
  await checkCapacity(tx, [
    { count: plan.masterInstances, vmType: plan.masterVmType, what: 'master' },
    { count: workerInstances, vmType: plan.workerVmType, what: 'worker' },
  ]);
  const uuid = newUuid();
  const [row] = await tx.db
    .insert(clusters)
    .values({
      uuid,
      name: request.name,
      normalisedName: normaliseClusterName(request.name),
      planName: plan.name,
      externalHostname: request.externalHostname,
      port: request.port,
      masterInstances: plan.masterInstances,
      workerInstances,
      owner: actor.name,
      kubernetesVersion: service.kubernetesVersion,
      lastAction: 'CREATE',
      lastActionState: 'in progress',
      lastActionDescription: 'Creating cluster',
    })
    .returning();
  if (!row) throw new Error('insert of a cluster returned no row');
  const taskId = await startTask(
    tx,
    { kind: 'create-cluster', subject: uuid, description: `Create cluster ${request.name}` },
    actor,
  );
  await tx.db.update(clusters).set({ taskId }).where(eq(clusters.uuid, uuid));
  await appendAudit(tx, actor, 'create-cluster', `cluster/${uuid}`, {
    name: request.name,
    plan: plan.name,
    workers: workerInstances,
  });
  await appendEvent(tx, 'cluster.changed', `cluster/${uuid}`, { name: request.name });
  return toClusterView({ ...row, taskId });
}

function parseRequest(input: CreateClusterRequest): CreateClusterRequest {
  const parsed = CreateClusterRequest.safeParse(input);
  if (parsed.success) return parsed.data;
  const fields = faultsByField(parsed.error);
  throw new TesseraError('invalid_input', `Cluster cannot be created: ${Object.values(fields).join('; ')}.`, {
    fields,
  });
}

/** Throws invalid_input unless the plan allows that many workers. */
export function checkWorkers(plan: Plan, workers: number): number {
  if (workers >= 1 && workers <= plan.maxWorkerInstances) return workers;
  throw new TesseraError(
    'invalid_input',
    `Worker nodes: plan ${plan.name} allows 1 to ${plan.maxWorkerInstances}, not ${workers}.`,
    {
      fields: { workerInstances: `1 to ${plan.maxWorkerInstances}` },
    },
  );
}

async function refuseTakenNames(tx: Tx, request: CreateClusterRequest): Promise<void> {
  const [sameName] = await tx.db
    .select({ name: clusters.name })
    .from(clusters)
    .where(eq(clusters.normalisedName, normaliseClusterName(request.name)))
    .limit(1);
  if (sameName) {
    const spelling = sameName.name === request.name ? '' : ` (as ${sameName.name}, which is the same name)`;
    throw new TesseraError('conflict', `Cluster ${request.name} exists already${spelling}. Choose another name.`, {
      fields: { name: 'taken' },
    });
  }
  const [sameHost] = await tx.db
    .select({ name: clusters.name })
    .from(clusters)
    .where(eq(clusters.externalHostname, request.externalHostname))
    .limit(1);
  if (sameHost) {
    throw new TesseraError(
      'conflict',
      `External host name ${request.externalHostname} is used by cluster ${sameHost.name}. Choose another.`,
      {
        fields: { externalHostname: 'taken' },
      },
    );
  }
}
