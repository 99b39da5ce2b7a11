import { z } from 'zod';
import type { CloudConfig } from '#model/cloud-config.ts';
import type { Manifest, ManifestJob } from '#model/manifest.ts';
import { CONTAINER_SERVICE_SLUG, type ProductMetadata, type StagedConfiguration } from '#model/product.ts';
import { TesseraError } from '#server/platform/error.ts';
import { lineOf } from '#server/stemcells/line-of.ts';
import { resolveProperties } from './resolve-properties.ts';
import { resolveResources } from './smallest-vm-type.ts';

const GROUP = 'pivotal-container-service';
/** Errands of the tile that run on the API VM, by the job that does them. */
const ERRAND_JOBS: Readonly<Record<string, string>> = { 'smoke-tests': 'api-smoke-tests' };
const UAA_PORT = 8443;
const PKS_API_PORT = 9021;

const Tls = z.object({
  cert_pem: z.string(),
  // a key that is not a reference would end in the database in plain text
  private_key_pem: z.string().regex(/^\(\([^()]+\)\)$/),
});

/**
 * Configuration of the Container Service → the deployment of its API VMs. Pure. Its name is the product's guid
 * (`pivotal-container-service-…`), as Ops Manager names it. Throws not_configured naming the form.
 */
export function planApiVm(input: {
  guid: string;
  metadata: ProductMetadata;
  configuration: StagedConfiguration;
  cloudConfig: CloudConfig;
  /** Errands of the tile that are switched on for this run; those that have a job on the API VM run there. */
  errands: string[];
}): Manifest {
  const { guid, configuration, metadata } = input;
  const resolved = resolveProperties(metadata, configuration);
  const line = lineOf(metadata.stemcell_criteria, metadata.label);
  const jobType = metadata.job_types.find((candidate) => candidate.name === GROUP);
  if (!jobType) throw new TesseraError('not_configured', `${metadata.label} has no job type ${GROUP}.`);
  const resources = resolveResources(jobType, configuration, input.cloudConfig.vm_types);
  const parsed = Tls.safeParse(resolved.jobs[GROUP]?.pks_tls);
  if (!parsed.success) {
    throw new TesseraError(
      'not_configured',
      'The certificate to secure the PKS API is missing. Fill in the form PKS API.',
      {
        fields: { [`.${GROUP}.pks_tls`]: 'missing' },
      },
    );
  }
  const tls = { certificate: parsed.data.cert_pem, private_key: parsed.data.private_key_pem };
  const jobs: ManifestJob[] = [
    { name: 'uaa', release: CONTAINER_SERVICE_SLUG, properties: { port: UAA_PORT, tls }, consumes: {} },
    { name: 'pks-api', release: CONTAINER_SERVICE_SLUG, properties: { port: PKS_API_PORT, tls }, consumes: {} },
    {
      name: 'api-smoke-tests',
      release: CONTAINER_SERVICE_SLUG,
      properties: { hostname: resolved.properties.pks_api_hostname, tls },
      consumes: {},
    },
  ];
  return {
    name: guid,
    stemcell: { os: line.os, version: line.version },
    releases: [{ name: CONTAINER_SERVICE_SLUG, version: input.metadata.product_version }],
    update: { canaries: 1, max_in_flight: 1, update_watch_time: 300_000 },
    addresses: [],
    instance_groups: [
      {
        name: GROUP,
        instances: resources.instances,
        azs: azsOf(configuration, resources.instances),
        vm_type: resources.vmType.name,
        persistent_disk: resources.persistentDisk,
        network: networkOf(configuration),
        jobs,
      },
    ],
    variables: [],
    post_deploy_errands: input.errands.flatMap((errand) => {
      const job = ERRAND_JOBS[errand];
      return job === undefined ? [] : [{ group: GROUP, job }];
    }),
    tags: { product: guid },
  };
}

/** One instance: the singleton AZ. Several: that one first, then the others, so that the first instance stays where it is. */
function azsOf(configuration: StagedConfiguration, instances: number): string[] {
  const { singleton_availability_zone: singleton, other_availability_zones: others = [] } =
    configuration.network_and_azs;
  if (!singleton) throw new TesseraError('not_configured', 'No AZ is chosen. Fill in Assign AZs and networks.');
  if (instances <= 1) return [singleton.name];
  return [...new Set([singleton.name, ...others.map((az) => az.name)])];
}

function networkOf(configuration: StagedConfiguration): string {
  const { network } = configuration.network_and_azs;
  if (network) return network.name;
  throw new TesseraError('not_configured', 'No network is chosen. Fill in Assign AZs and networks.');
}
