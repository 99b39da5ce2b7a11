import { z } from 'zod';
import type { CloudConfig } from '#model/cloud-config.ts';
import type { InstanceGroup, Manifest, ManifestJob } from '#model/manifest.ts';
import { CONTAINER_SERVICE_SLUG, type ProductMetadata, type StagedConfiguration } from '#model/product.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { ResolvedProperties } from './resolve-properties.ts';
import { resolveResources } from './smallest-vm-type.ts';

const GROUP = 'pivotal-container-service';
/** Errands of the tile by the job that does them. */
const ERRAND_JOBS: Readonly<Record<string, string>> = { 'smoke-tests': 'api-smoke-tests' };
const Needed = z.object({ pks_api_hostname: z.string() });
const Tls = z.object({ cert_pem: z.string(), private_key_pem: z.string() });

/**
 * The deployment of the Container Service's own VMs: group `pivotal-container-service` with the jobs `uaa` and `pks-api`, any number of
 * instances, no state. Pure; secrets are references. Throws not_configured naming the form that is incomplete.
 */
export function planApiVm(input: {
  guid: string;
  metadata: ProductMetadata;
  configuration: StagedConfiguration;
  resolved: ResolvedProperties;
  cloudConfig: CloudConfig;
  stemcell: { os: string; version: string };
  /** Names of the errands that run after this deployment. */
  errands: string[];
}): Manifest {
  const { metadata, configuration, cloudConfig } = input;
  const jobType = metadata.job_types.find((candidate) => candidate.name === GROUP);
  if (!jobType) throw new TesseraError('product_file_rejected', `${metadata.label} declares no job type ${GROUP}.`);
  const resources = resolveResources(jobType, configuration, cloudConfig.vm_types);
  const group: InstanceGroup = {
    name: GROUP,
    instances: resources.instances,
    azs: azsOf(configuration, cloudConfig),
    vm_type: resources.vmType.name,
    persistent_disk: 0,
    network: networkOf(configuration),
    jobs: jobsOf(input.resolved),
  };
  return {
    name: input.guid,
    stemcell: input.stemcell,
    // with two or more, one serves while the other is replaced
    update: { canaries: 1, max_in_flight: 1, update_watch_time: 120_000 },
    addresses: [],
    instance_groups: [group],
    variables: [],
    post_deploy_errands: input.errands.flatMap((name) => {
      const job = ERRAND_JOBS[name];
      return job === undefined ? [] : [{ group: GROUP, job }];
    }),
    tags: { product: input.guid },
  };
}

function jobsOf(resolved: ResolvedProperties): ManifestJob[] {
  const needed = Needed.safeParse(resolved.properties);
  const tls = Tls.safeParse(resolved.jobs[GROUP]?.pks_tls);
  if (!needed.success || !tls.success) {
    throw new TesseraError('not_configured', 'Container Service: the form PKS API is incomplete. Give a host name and a certificate.');
  }
  const job = (name: string, properties: Record<string, unknown>): ManifestJob => ({
    name,
    release: CONTAINER_SERVICE_SLUG,
    properties,
    consumes: {},
  });
  return [
    job('uaa', { tls: tls.data }),
    job('pks-api', { tls: tls.data }),
    job('api-smoke-tests', { tls: tls.data, hostname: needed.data.pks_api_hostname }),
  ];
}

function azsOf(configuration: StagedConfiguration, cloudConfig: CloudConfig): string[] {
  const { singleton_availability_zone: singleton, other_availability_zones: others } = configuration.network_and_azs;
  const names = [...(singleton ? [singleton.name] : []), ...(others ?? []).map((az) => az.name)];
  const azs = names.length > 0 ? names : cloudConfig.azs.map((az) => az.name);
  return [...new Set(azs)];
}

function networkOf(configuration: StagedConfiguration): string {
  const name = configuration.network_and_azs.network?.name;
  if (name) return name;
  throw new TesseraError('not_configured', 'Container Service: no network is chosen. Fill in Assign AZs and networks.');
}
