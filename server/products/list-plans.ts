import type { Tx } from '#db/transaction.ts';
import type { CloudConfig } from '#model/cloud-config.ts';
import { Plan } from '#model/plan.ts';
import { CONTAINER_SERVICE_SLUG, type ProductMetadata, type StagedConfiguration } from '#model/product.ts';
import { AUTOMATIC } from '#model/property.ts';
import { TesseraError } from '#server/platform/error.ts';
import { findStaged, readMetadataRow } from './product-row.ts';
import { readCloudConfig } from './read-cloud-config.ts';
import { resolveProperties } from './resolve-properties.ts';
import { smallestVmType } from './smallest-vm-type.ts';

/** Needs of cluster VMs, for the choice Automatic (MiB). */
const MASTER_NEED = { ram: 1024, cpu: 1 };
const WORKER_NEED = { ram: 1024, cpu: 1 };
const DEFAULT_MASTER_DISK = 10_240;
export const PLAN_COUNT = 10;

/** Active plans of the Container Service as last applied; throws not_configured before its first apply. */
export async function listPlans(tx: Tx): Promise<Plan[]> {
  const product = await findStaged(tx, CONTAINER_SERVICE_SLUG);
  if (!product?.deployedConfiguration || !product.deployedVersion) {
    throw new TesseraError(
      'not_configured',
      'The Container Service is not applied yet. Add, configure and apply its tile first.',
    );
  }
  const metadata = await readMetadataRow(tx, product.slug, product.deployedVersion);
  return plansOf(metadata, product.deployedConfiguration, await readCloudConfig(tx));
}

/** Active plans of a configuration, in the order of the forms. Pure; AZs never chosen are all AZs of the cloud config. Throws not_configured naming the plan that is incomplete. */
export function plansOf(
  metadata: ProductMetadata,
  configuration: StagedConfiguration,
  cloudConfig: CloudConfig,
): Plan[] {
  const { properties } = resolveProperties(metadata, configuration);
  const azs = cloudConfig.azs.map((az) => az.name);
  const plans: Plan[] = [];
  for (let number = 1; number <= PLAN_COUNT; number += 1) {
    const active = activeOf(properties[`plan${number}_selector`]);
    if (active) plans.push(planOf(number, active, azs, cloudConfig));
  }
  return plans;
}

function planOf(number: number, active: Record<string, unknown>, azs: string[], cloudConfig: CloudConfig): Plan {
  const text = (name: string): string => (typeof active[name] === 'string' ? active[name] : '');
  const parsed = Plan.safeParse({
    id: `plan${number}`,
    name: active.name,
    description: text('description'),
    masterInstances: active.master_instances,
    masterVmType: vmType(active.master_vm_type, MASTER_NEED, cloudConfig),
    masterPersistentDisk: diskSize(active.master_persistent_disk_type),
    masterAzs: active.master_az_placement ?? azs,
    maxWorkerInstances: active.max_worker_instances,
    workerInstances: active.worker_instances,
    workerVmType: vmType(active.worker_vm_type, WORKER_NEED, cloudConfig),
    workerAzs: active.worker_az_placement ?? azs,
    allowPrivileged: active.allow_privileged_containers === true,
    addonsSpec: text('addons_spec'),
  });
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new TesseraError(
    'not_configured',
    `Plan ${number} is incomplete: ${names}. Fill in its form and apply changes.`,
    { cause: parsed.error },
  );
}

const vmType = (value: unknown, need: { ram: number; cpu: number }, cloudConfig: CloudConfig): string =>
  typeof value === 'string' && value !== AUTOMATIC ? value : smallestVmType(cloudConfig.vm_types, need).name;

const diskSize = (value: unknown): number => {
  const size = Number(value);
  return Number.isInteger(size) && size > 0 ? size : DEFAULT_MASTER_DISK;
};

/** Fields of a plan selector when it is active, else null. */
export function activeOf(selector: unknown): Record<string, unknown> | null {
  if (typeof selector !== 'object' || selector === null || !('active' in selector)) return null;
  const { active } = selector;
  return typeof active === 'object' && active !== null ? { ...active } : null;
}
