import type { Tx } from '#db/transaction.ts';
import type { VmDiff } from '#model/change.ts';
import type { PendingChange } from '#model/installation.ts';
import { CONTAINER_SERVICE_SLUG } from '#model/product.ts';
import { planDeployment } from '#server/deployments/plan-deployment.ts';
import { readExisting } from '#server/deployments/read-existing.ts';
import { newUuid } from '#server/platform/ids.ts';
import { type PlanVmDiff, pendingChanges } from '#server/products/pending-changes.ts';
import { planApiVm } from '#server/products/plan-api-vm.ts';
import { readStagedCloudConfig } from '#server/products/read-cloud-config.ts';
import { deploymentOfProduct } from './plan-installation.ts';

/** What the next apply would do, with the VMs it makes, updates, recreates and deletes: the review page's answer. */
export async function reviewInstallation(tx: Tx): Promise<PendingChange[]> {
  return pendingChanges(tx, { vmDiff: planVmDiff(tx) });
}

/** VM diff of a product as the planner sees it, on the cloud config that is staged. */
const planVmDiff =
  (tx: Tx): PlanVmDiff =>
  async (product, metadata) => {
    const none: VmDiff = { create: [], update: [], recreate: [], delete: [] };
    if (product.slug !== CONTAINER_SERVICE_SLUG) return none;
    const existing = await readExisting(tx, deploymentOfProduct(product.guid));
    if (product.pendingDeletion) {
      return { ...none, delete: existing.map((instance) => `${instance.group}/${instance.index}`) };
    }
    const cloudConfig = await readStagedCloudConfig(tx);
    const { guid, configuration } = product;
    const manifest = planApiVm({ guid, metadata, configuration, cloudConfig, errands: [] });
    return planDeployment({ manifest, existing, cloudConfig, newId: newUuid, label: metadata.label }).diff;
  };
