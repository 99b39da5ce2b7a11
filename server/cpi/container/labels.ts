import type { VmMetadata } from '../cpi.ts';

/** Labels are how the platform finds what is its own without a database. Nothing secret may stand in them: `inspect` shows them. */
export const LABEL = {
  installation: 'tessera.installation',
  deployment: 'tessera.deployment',
  /** `<group>/<instance id>`; only VMs have it. */
  instance: 'tessera.instance',
  instanceId: 'tessera.instance-id',
  az: 'tessera.az',
  address: 'tessera.address',
  /** Disk cids, comma-separated; the first is /var/vcap/store. */
  disks: 'tessera.disks',
  stemcell: 'tessera.stemcell',
  /** Folder of container image archives that the VM sees at /var/vcap/images. */
  images: 'tessera.images',
  /** Operating system layer that several stemcells share. */
  rootfs: 'tessera.rootfs',
  anchor: 'tessera.anchor',
  network: 'tessera.network',
} as const;

const METADATA_PREFIX = 'tessera.meta.';

export function metadataLabels(metadata: VmMetadata): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([key, value]) => [METADATA_PREFIX + key, value]));
}

export function readMetadata(labels: Record<string, string>): Record<string, string> {
  const own = Object.entries(labels).filter(([key]) => key.startsWith(METADATA_PREFIX));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(METADATA_PREFIX.length), value]));
}

/** Filter of the engine API: everything of this installation that also has each of `more` (`key` or `key=value`). */
export function labelFilter(installation: string, ...more: string[]): { label: string[] } {
  return { label: [`${LABEL.installation}=${installation}`, ...more] };
}
