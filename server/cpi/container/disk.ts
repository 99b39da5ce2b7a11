import { createHash } from 'node:crypto';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TesseraError } from '#server/platform/error.ts';
import type { CallOptions, DiskCid, VmCid } from '../cpi.ts';
import { findContainer, listContainers, type OwnContainer } from './containers.ts';
import type { Driver } from './driver.ts';
import { LABEL } from './labels.ts';
import { removeTree } from './remove-tree.ts';
import { diskFolder, nullIfMissing, onState } from './state-folder.ts';

/**
 * A disk is a folder without quota: `sizeMib` and `az` are the platform's to remember. The same `request` gives the same disk.
 */
export async function createDisk(driver: Driver, request: string, { signal }: CallOptions): Promise<DiskCid> {
  signal.throwIfAborted();
  const cid = `disk-${createHash('sha256').update(request).digest('hex').slice(0, 20)}`;
  await onState(`making disk ${cid}`, () =>
    mkdir(diskFolder(driver.config.state, cid), { recursive: true, mode: 0o755 }),
  );
  return cid;
}

/** Refuses while a VM holds it. Gone is fine. */
export async function deleteDisk(driver: Driver, cid: DiskCid, { signal }: CallOptions): Promise<void> {
  const holder = await findHolder(driver, cid, signal);
  if (holder !== null)
    throw new TesseraError(
      'cpi_failed',
      `Disk ${cid} was not deleted: VM ${holder.cid} holds it. Delete that VM first.`,
    );
  await onState(`deleting disk ${cid}`, () => removeTree(diskFolder(driver.config.state, cid), { signal }));
}

export async function hasDisk(driver: Driver, cid: DiskCid, { signal }: CallOptions): Promise<boolean> {
  signal.throwIfAborted();
  const found = await onState(`looking for disk ${cid}`, () =>
    stat(diskFolder(driver.config.state, cid)).catch(nullIfMissing),
  );
  return found?.isDirectory() ?? false;
}

export async function listDisks(driver: Driver, { signal }: CallOptions): Promise<DiskCid[]> {
  signal.throwIfAborted();
  const folder = join(driver.config.state, 'disks');
  const found = await onState('listing disks', () => readdir(folder, { withFileTypes: true }).catch(nullIfMissing));
  return (found ?? []).filter((disk) => disk.isDirectory()).map((disk) => disk.name);
}

/**
 * Disks of a container are fixed when it is made, so they are given to create_vm; attaching what the VM has already is fine, anything else is
 * refused with what to do. Throws vm_not_found, disk_not_found.
 */
export async function attachDisk(driver: Driver, vm: VmCid, disk: DiskCid, options: CallOptions): Promise<void> {
  if (!(await hasDisk(driver, disk, options)))
    throw new TesseraError('disk_not_found', `Disk ${disk} does not exist, so VM ${vm} cannot have it.`);
  const holds = await getDisks(driver, vm, options);
  if (holds.includes(disk)) return;
  throw new TesseraError(
    'cpi_failed',
    `Disk ${disk} cannot be attached to VM ${vm}: a container-backed VM takes its disks when it is created. Recreate the VM with this disk.`,
  );
}

/** Fine when the VM is gone or does not have the disk; a container keeps its disks until it is deleted. Throws disk_not_found. */
export async function detachDisk(driver: Driver, vm: VmCid, disk: DiskCid, options: CallOptions): Promise<void> {
  if (!(await hasDisk(driver, disk, options)))
    throw new TesseraError('disk_not_found', `Disk ${disk} does not exist, so it cannot be detached.`);
  const container = await findContainer(driver, vm, options.signal, LABEL.instance);
  if (container === null || !disksOf(container).includes(disk)) return;
  throw new TesseraError(
    'cpi_failed',
    `Disk ${disk} cannot be detached from VM ${vm}: a container-backed VM keeps its disks until it is deleted. Delete the VM; the disk stays.`,
  );
}

/** Disks of a VM, the one at /var/vcap/store first. Throws vm_not_found. */
export async function getDisks(driver: Driver, vm: VmCid, { signal }: CallOptions): Promise<DiskCid[]> {
  const container = await findContainer(driver, vm, signal, LABEL.instance);
  if (container === null) throw new TesseraError('vm_not_found', `VM ${vm} does not exist. Recreate the instance.`);
  return disksOf(container);
}

/** The VM that holds a disk, on or off; null when nobody does. */
export async function findHolder(driver: Driver, disk: DiskCid, signal: AbortSignal): Promise<OwnContainer | null> {
  const vms = await listContainers(driver, signal, LABEL.instance);
  return vms.find((vm) => disksOf(vm).includes(disk)) ?? null;
}

function disksOf(container: OwnContainer): DiskCid[] {
  return (container.labels[LABEL.disks] ?? '').split(',').filter((disk) => disk !== '');
}
