import { z } from 'zod';
import type { Tx } from '#db/transaction.ts';
import type { Plan } from '#model/plan.ts';
import { CONTAINER_SERVICE_SLUG, type StagedConfiguration } from '#model/product.ts';
import type { ClusterService } from '#server/clusters/plan-cluster.ts';
import { TesseraError } from '#server/platform/error.ts';
import { lineOf } from '#server/stemcells/line-of.ts';
import { listPlans } from './list-plans.ts';
import { findStaged, readMetadataRow } from './product-row.ts';
import { resolveProperties } from './resolve-properties.ts';

/** The Container Service as last applied: what clusters are made from. */
export type ContainerService = ClusterService & {
  guid: string;
  plans: Plan[];
  kubernetesVersion: string;
  apiHostname: string;
};

const Properties = z.object({
  pks_api_hostname: z.string(),
  network_selector: z.object({
    selected_option: z.string(),
    flannel: z.object({ pod_network_cidr: z.string(), service_cluster_cidr: z.string() }).optional(),
  }),
});

/** Reads the deployed Container Service; throws not_configured before its first apply. */
export async function readContainerService(tx: Tx): Promise<ContainerService> {
  const staged = await findStaged(tx, CONTAINER_SERVICE_SLUG);
  if (!staged?.deployedConfiguration || !staged.deployedVersion) {
    throw new TesseraError(
      'not_configured',
      'The Container Service is not applied yet. Configure its tile and apply changes, then create clusters.',
    );
  }
  const metadata = await readMetadataRow(tx, staged.slug, staged.deployedVersion);
  const { properties } = resolveProperties(metadata, staged.deployedConfiguration);
  const { network_selector: selector, pks_api_hostname: apiHostname } = Properties.parse(properties);
  if (!selector.flannel) {
    throw new TesseraError(
      'not_configured',
      `Container Service: networking ${selector.selected_option} is not available on this infrastructure. Choose flannel in the Networking form.`,
    );
  }
  const line = lineOf(metadata.stemcell_criteria, metadata.label);
  return {
    guid: staged.guid,
    productVersion: staged.deployedVersion,
    plans: await listPlans(tx),
    kubernetesVersion: line.kubernetes,
    apiHostname,
    stemcell: { os: line.os, version: line.version },
    network: serviceNetworkOf(staged.deployedConfiguration),
    podNetworkCidr: selector.flannel.pod_network_cidr,
    serviceNetworkCidr: selector.flannel.service_cluster_cidr,
  };
}

function serviceNetworkOf(configuration: StagedConfiguration): string {
  const { service_network: serviceNetwork, network } = configuration.network_and_azs;
  const name = serviceNetwork?.name ?? network?.name;
  if (!name)
    throw new TesseraError(
      'not_configured',
      'Container Service: no service network is chosen. Fill in Assign AZs and networks.',
    );
  return name;
}
