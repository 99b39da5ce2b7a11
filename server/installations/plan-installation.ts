import { asc, eq } from 'drizzle-orm';
import { clusters } from '#db/schema/clusters.ts';
import { installationProducts, installations } from '#db/schema/installations.ts';
import type { tasks } from '#db/schema/tasks.ts';
import type { Tx } from '#db/transaction.ts';
import type { ChangePlan, Stage } from '#model/change.ts';
import type { CloudConfig } from '#model/cloud-config.ts';
import { deploymentOfCluster } from '#model/cluster.ts';
import { CONTAINER_SERVICE_SLUG, DIRECTOR_SLUG, StagedConfiguration } from '#model/product.ts';
import { planDeletion, planDeployment } from '#server/deployments/plan-deployment.ts';
import { readExisting } from '#server/deployments/read-existing.ts';
import { TesseraError } from '#server/platform/error.ts';
import { newUuid } from '#server/platform/ids.ts';
import { planApiVm } from '#server/products/plan-api-vm.ts';
import { readMetadataRow } from '#server/products/product-row.ts';
import { readCloudConfig } from '#server/products/read-cloud-config.ts';
import { renderCloudConfig } from '#server/products/render-cloud-config.ts';

type Frozen = Omit<typeof installationProducts.$inferSelect, 'configuration'> & { configuration: StagedConfiguration };

/** The change plan of one run of Apply changes: the director first, then each product with what it needs before it. */
export async function planInstallation(tx: Tx, task: typeof tasks.$inferSelect): Promise<ChangePlan> {
  const [installation] = await tx.db.select().from(installations).where(eq(installations.taskId, task.id)).limit(1);
  if (!installation) throw new TesseraError('not_found', `Task ${task.id} belongs to no installation.`);
  const rows = await tx.db
    .select()
    .from(installationProducts)
    .where(eq(installationProducts.installationId, installation.id))
    .orderBy(asc(installationProducts.guid))
    .limit(100);
  const frozen = rows.map((row) => ({ ...row, configuration: StagedConfiguration.parse(row.configuration) }));
  const director = frozen.find((product) => product.slug === DIRECTOR_SLUG);
  const others = frozen.filter((product) => product !== director);
  // deletions first: what leaves may free what others need
  const ordered = [
    ...others.filter((product) => product.action === 'delete'),
    ...others.filter((product) => product.action !== 'delete'),
  ];
  const cloudConfig = director ? renderCloudConfig(director.configuration) : await readCloudConfig(tx);
  const stages: Stage[] = director ? directorStages(director, cloudConfig, task.userName) : [];
  for (const product of ordered) {
    if (product.action === 'delete') stages.push(...(await deletionStages(tx, product, installation.errands)));
    else stages.push(...(await productStages(tx, product, cloudConfig, installation.errands, task.userName)));
    stages.push(stageOf(product, `${product.label}: Finish`, [finishStep(product, task.userName)]));
  }
  return { stages };
}

function directorStages(product: Frozen, cloudConfig: CloudConfig, by: string): Stage[] {
  const lane = (steps: Stage['batches'][number][number]['steps']): Stage['batches'] => [
    [{ subject: product.label, az: null, steps }],
  ];
  return [
    {
      title: 'Check infrastructure',
      batches: lane([{ kind: 'check-cpi', title: 'ask the infrastructure', input: {} }]),
    },
    {
      title: 'Make networks and datastore',
      batches: lane([
        ...cloudConfig.networks.flatMap((network) =>
          network.subnets.map((subnet) => ({
            kind: 'create-network' as const,
            title: `create network ${network.name} ${subnet.range}`,
            input: { name: network.name, cidr: subnet.range, gateway: subnet.gateway },
          })),
        ),
        { kind: 'prepare-datastore', title: 'make the datastore', input: {} },
      ]),
    },
    stageOf(product, 'Write cloud config', [deployedStep(product, by), finishStep(product, by)]),
  ];
}

async function productStages(
  tx: Tx,
  product: Frozen,
  cloudConfig: CloudConfig,
  errands: Record<string, Record<string, boolean>>,
  by: string,
): Promise<Stage[]> {
  if (product.slug !== CONTAINER_SERVICE_SLUG) {
    throw new TesseraError(
      'not_configured',
      `${product.label} has no deployment this director can make. Take it off the dashboard.`,
    );
  }
  const metadata = await readMetadataRow(tx, product.slug, product.productVersion);
  const manifest = planApiVm({
    guid: product.guid,
    metadata,
    configuration: product.configuration,
    cloudConfig,
    errands: metadata.post_deploy_errands
      .map((errand) => errand.name)
      .filter((name) => isErrandOn(product, name, errands, metadata.post_deploy_errands)),
  });
  const existing = await readExisting(tx, manifest.name);
  const { stages } = planDeployment({ manifest, existing, cloudConfig, newId: newUuid, label: product.label });
  // errands ask the product as its users do, and those get the deployed configuration
  const firstErrand = stages.length - manifest.post_deploy_errands.length;
  const deployed = stageOf(product, `${product.label}: Take into service`, [deployedStep(product, by)]);
  return [...stages.slice(0, firstErrand), deployed, ...stages.slice(firstErrand)];
}

async function deletionStages(
  tx: Tx,
  product: Frozen,
  errands: Record<string, Record<string, boolean>>,
): Promise<Stage[]> {
  const metadata = await readMetadataRow(tx, product.slug, product.productVersion);
  const stages: Stage[] = [];
  const left = await tx.db.select().from(clusters).orderBy(asc(clusters.name)).limit(5000);
  if (left.length > 0 && !isErrandOn(product, 'delete-all-clusters', errands, metadata.pre_delete_errands)) {
    throw new TesseraError(
      'not_configured',
      `${product.label} has ${left.length} clusters (${left.map((row) => row.name).join(', ')}). Delete them, or switch the errand Delete all clusters on.`,
    );
  }
  for (const cluster of left) {
    const deployment = deploymentOfCluster(cluster.uuid);
    const { stages: own } = planDeletion(deployment, await readExisting(tx, deployment));
    const input = { cluster: cluster.uuid, outcome: 'deleted', description: `Cluster ${cluster.name} is deleted` };
    const note: Stage = {
      title: 'Finish',
      batches: [
        [
          {
            subject: cluster.name,
            az: null,
            steps: [{ kind: 'finish-cluster', title: `forget ${cluster.name}`, input }],
          },
        ],
      ],
    };
    stages.push(...[...own, note].map((stage) => ({ ...stage, title: `Cluster ${cluster.name}: ${stage.title}` })));
  }
  const deployment = deploymentOfProduct(product.guid);
  const { stages: own } = planDeletion(deployment, await readExisting(tx, deployment));
  return [...stages, ...own.map((stage) => ({ ...stage, title: `${product.label}: ${stage.title}` }))];
}

/** Deployment of a product's own VMs: named as its guid, as Ops Manager does it. */
export const deploymentOfProduct = (guid: string): string => guid;

function isErrandOn(
  product: Frozen,
  name: string,
  thisRun: Record<string, Record<string, boolean>>,
  declared: { name: string; run_default: boolean | string }[],
): boolean {
  const once = thisRun[product.guid]?.[name];
  if (once !== undefined) return once;
  const configured = product.configuration.errands[name];
  const state = configured?.post_deploy_state ?? configured?.pre_delete_state ?? 'default';
  if (typeof state === 'boolean') return state;
  const preset = declared.find((errand) => errand.name === name)?.run_default ?? false;
  return preset === true || preset === 'on';
}

type Step = Stage['batches'][number][number]['steps'][number];

const inputOf = (product: Frozen, by: string) => ({ installation: product.installationId, guid: product.guid, by });

const deployedStep = (product: Frozen, by: string): Step => ({
  kind: 'note-deployed',
  title: `note that ${product.label} is deployed`,
  input: inputOf(product, by),
});

const finishStep = (product: Frozen, by: string): Step => ({
  kind: 'finish-product',
  title: `finish ${product.label}`,
  input: inputOf(product, by),
});

function stageOf(product: Frozen, title: string, steps: Step[]): Stage {
  return { title, batches: [[{ subject: product.label, az: null, steps }]] };
}
