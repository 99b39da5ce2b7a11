import { z } from 'zod';
import { CloudConfig, EMBEDDED_VM_TYPES, VmType } from '#model/cloud-config.ts';
import type { StagedConfiguration } from '#model/product.ts';
import { splitList } from '#model/property-value.ts';
import { TesseraError } from '#server/platform/error.ts';

/** Disk sizes that forms offer, in MiB. */
export const DISK_SIZES = [
  1024, 2048, 5120, 10_240, 20_480, 30_720, 51_200, 76_800, 102_400, 153_600, 204_800, 512_000, 1_048_576,
] as const;

const AzRecord = z.object({ name: z.string().min(1), iaas_configuration_name: z.string().nullish() });
const SubnetRecord = z.object({
  name: z.string().min(1),
  iaas_identifier: z.string().nullish(),
  cidr: z.string().min(1),
  gateway: z.string().min(1),
  reserved_ip_ranges: z.string().nullish(),
  dns: z.string().nullish(),
  availability_zone_names: z.array(z.string()).min(1),
});

/** Director tile's configuration → cloud config. Pure; throws not_configured naming the form that is incomplete. */
export function renderCloudConfig(configuration: StagedConfiguration): CloudConfig {
  const azs = records(configuration, 'availability_zones', AzRecord, 'Create availability zones');
  const subnets = records(configuration, 'networks', SubnetRecord, 'Create networks');
  const names = [...new Set(subnets.map((subnet) => subnet.name))];
  return CloudConfig.parse({
    azs: azs.map((az) => ({ name: az.name, iaas_configuration_name: az.iaas_configuration_name ?? 'default' })),
    networks: names.map((name) => ({
      name,
      subnets: subnets
        .filter((subnet) => subnet.name === name)
        .map((subnet) => ({
          range: subnet.cidr,
          gateway: subnet.gateway,
          reserved: splitList(subnet.reserved_ip_ranges) ?? [],
          dns: splitList(subnet.dns) ?? [],
          azs: subnet.availability_zone_names,
          cloud_properties: subnet.iaas_identifier ? { iaas_identifier: subnet.iaas_identifier } : {},
        })),
    })),
    vm_types: vmTypesOf(configuration),
    disk_types: DISK_SIZES.map((size) => ({ name: String(size), disk_size: size })),
  });
}

/** VM types of a director configuration; those of container-backed VMs when it names none. */
export function vmTypesOf(configuration: StagedConfiguration): VmType[] {
  const parsed = z
    .array(z.object({ ...VmType.shape, guid: z.string().optional() }))
    .safeParse(configuration.properties['.properties.vm_types']);
  if (!parsed.success || parsed.data.length === 0) return [...EMBEDDED_VM_TYPES];
  return parsed.data.map(({ guid: _, ...type }) => type);
}

function records<T>(configuration: StagedConfiguration, property: string, schema: z.ZodType<T>, form: string): T[] {
  const parsed = z.array(schema).min(1).safeParse(configuration.properties[`.properties.${property}`]);
  if (parsed.success) return parsed.data;
  throw new TesseraError(
    'not_configured',
    `BOSH Director: the form ${form} is incomplete. Fill it in, then apply changes.`,
    { cause: parsed.error },
  );
}
