import type { VmType } from '#model/cloud-config.ts';
import type { StagedConfiguration } from '#model/product.ts';
import type { Choices } from '#model/property.ts';
import { DISK_SIZES, vmTypesOf } from './render-cloud-config.ts';

/** What the director's staged configuration offers to dropdowns; tolerant of a form half filled in. */
export function choicesOf(director: StagedConfiguration): Choices {
  const subnets = recordsOf(director.properties['.properties.networks']);
  const names = [...new Set(subnets.map((subnet) => textOf(subnet.name)))].filter((name) => name !== '');
  return {
    azs: recordsOf(director.properties['.properties.availability_zones'])
      .map((az) => textOf(az.name))
      .filter((name) => name !== ''),
    networks: names.map((name) => ({
      name,
      azs: [
        ...new Set(
          subnets.filter((subnet) => subnet.name === name).flatMap((subnet) => listOf(subnet.availability_zone_names)),
        ),
      ],
    })),
    vmTypes: vmTypesOf(director).map((type) => ({ name: type.name, label: vmTypeLabel(type) })),
    diskTypes: DISK_SIZES.map((size) => ({ name: String(size), label: sizeText(size) })),
  };
}

/** `small (1 CPU, 1 GB memory, 16 GB disk)` */
export const vmTypeLabel = (type: VmType): string =>
  `${type.name} (${type.cpu} CPU, ${sizeText(type.ram)} memory, ${sizeText(type.ephemeral_disk)} disk)`;

const sizeText = (mib: number): string => {
  if (mib < 1024) return `${mib} MB`;
  return mib < 1024 * 1024 ? `${Number((mib / 1024).toFixed(1))} GB` : `${Number((mib / 1024 / 1024).toFixed(1))} TB`;
};

const recordsOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value)
    ? value.filter((member): member is Record<string, unknown> => typeof member === 'object' && member !== null)
    : [];
const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
