import type { VmType } from '#model/cloud-config.ts';
import { type JobType, ResourceConfig, type StagedConfiguration } from '#model/product.ts';
import { AUTOMATIC } from '#model/property.ts';
import { TesseraError } from '#server/platform/error.ts';

/** The VM type with the least memory that meets a need (MiB, cores); throws not_configured when none does. */
export function smallestVmType(vmTypes: VmType[], need: { ram: number; cpu: number }): VmType {
  const [found] = vmTypes
    .filter((type) => type.ram >= need.ram && type.cpu >= need.cpu)
    .sort((a, b) => a.ram - b.ram || a.cpu - b.cpu);
  if (found) return found;
  throw new TesseraError(
    'not_configured',
    `No VM type has ${need.ram} MiB memory and ${need.cpu} CPU. Add one to the form VM types of the BOSH Director.`,
  );
}

/** Number, VM type and persistent disk (MiB, 0 = none) of a job's instances, Automatic resolved. Pure. */
export function resolveResources(
  job: JobType,
  configuration: StagedConfiguration,
  vmTypes: VmType[],
): { instances: number; vmType: VmType; persistentDisk: number } {
  const resource = configuration.resource_config[job.name] ?? ResourceConfig.parse({});
  const needOf = (name: string): number =>
    job.resource_definitions.find((definition) => definition.name === name)?.default ?? 0;
  const chosen =
    resource.instance_type.id === AUTOMATIC
      ? undefined
      : vmTypes.find((type) => type.name === resource.instance_type.id);
  if (!chosen && resource.instance_type.id !== AUTOMATIC) {
    throw new TesseraError(
      'not_configured',
      `${job.label}: the VM type ${resource.instance_type.id} is gone. Choose another in Resource config.`,
    );
  }
  const size = resource.persistent_disk?.size_mb;
  return {
    instances: resource.instances === 'automatic' ? job.instance_definition.default : resource.instances,
    vmType: chosen ?? smallestVmType(vmTypes, { ram: needOf('ram'), cpu: needOf('cpu') }),
    persistentDisk: size === undefined || size === AUTOMATIC ? needOf('persistent_disk') : Number(size),
  };
}
