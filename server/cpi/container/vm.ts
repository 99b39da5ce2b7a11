import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { requireRoom } from '#server/platform/disk-room.ts';
import { asTesseraError, causeChain, TesseraError } from '#server/platform/error.ts';
import { newUuid } from '#server/platform/ids.ts';
import type { CallOptions, CreateVmRequest, PowerState, VmCid, VmMetadata, VmView } from '../cpi.ts';
import { requirePower } from './az.ts';
import { findContainer, listContainers, type OwnContainer } from './containers.ts';
import { findHolder, hasDisk } from './disk.ts';
import type { Driver } from './driver.ts';
import { LABEL, readMetadata } from './labels.ts';
import { findNetwork } from './network.ts';
import { removeTree } from './remove-tree.ts';
import { startContainer } from './start-container.ts';
import { datastoreFolder, nullIfMissing, onState, vmFolder } from './state-folder.ts';
import { inspectStemcell } from './stemcell.ts';
import { vmContainer } from './vm-container.ts';

const CLEAN_UP_MS = 60_000;
/** What a node writes while it starts: its container images, unpacked, and its logs. PostgreSQL has its data on the same disk and needs the rest. */
const NEEDED_MIB = 256;

/**
 * Creates and starts a VM. Asking again for an instance whose VM is on returns that VM (with the new bootstrap file in it); one that is off is
 * deleted first. A failure leaves nothing behind. Throws network_not_found, disk_not_found, disk_full, az_down, cpi_failed.
 */
export async function createVm(driver: Driver, request: CreateVmRequest, options: CallOptions): Promise<VmCid> {
  return driver.making.vms.run(request.instance, () => createOrFind(driver, request, options));
}

async function createOrFind(driver: Driver, request: CreateVmRequest, options: CallOptions): Promise<VmCid> {
  const { az } = request.metadata;
  await requirePower(driver, az, `creating ${subject(request)}`);
  const existing = await findVmOf(driver, request.instance, options.signal);
  if (existing?.power === 'on') {
    await writeBootstrap(driver, existing.cid, request.bootstrap);
    return existing.cid;
  }
  if (existing !== null) await deleteVm(driver, existing.cid, options);
  const facts = await checkRequest(driver, request, options);

  await requireRoom(driver.config.state, NEEDED_MIB, `VM ${subject(request)}`);

  const cid = nameVm(driver, request);
  try {
    await makeFolders(driver, cid, request.bootstrap);
    await driver.engine.call(`creating VM ${cid} for ${subject(request)}`, options.signal, (abortSignal) =>
      driver.engine.docker.createContainer({ ...vmContainer(request, { ...facts, cid }), abortSignal }),
    );
    await startContainer(driver, cid, `starting VM ${cid} for ${subject(request)}`, options.signal);
    // the power may have gone after we looked and before the list of what runs was made
    await requirePower(driver, az, `creating ${subject(request)}`);
    return cid;
  } catch (error) {
    // its own deadline: the caller's signal may be what ended the attempt
    await deleteVm(driver, cid, { signal: AbortSignal.timeout(CLEAN_UP_MS) }).catch((second: unknown) => {
      const first = asTesseraError(error);
      const both = `${first.message} Clearing up after it failed too (${causeChain(second)}); asking again does that first.`;
      throw new TesseraError(first.code, both, { cause: error });
    });
    throw error;
  }
}

/** Deletes container and ephemeral disk; persistent disks and the datastore stay. Gone is fine. */
export async function deleteVm(driver: Driver, cid: VmCid, { signal }: CallOptions): Promise<void> {
  const folder = vmFolder(driver.config.state, cid);
  if ((await findContainer(driver, cid, signal, LABEL.instance)) !== null) {
    await driver.engine.find(`deleting VM ${cid}`, signal, (abortSignal) =>
      driver.engine.docker.getContainer(cid).remove({ force: true, v: true, abortSignal }),
    );
  }
  await onState(`deleting the ephemeral disk of VM ${cid}`, () => removeTree(folder, { signal }));
}

export async function hasVm(driver: Driver, cid: VmCid, { signal }: CallOptions): Promise<boolean> {
  return (await findContainer(driver, cid, signal, LABEL.instance)) !== null;
}

/** A paused VM is on: it holds its disks and address, and comes back as it was. */
export async function powerState(driver: Driver, cid: VmCid, { signal }: CallOptions): Promise<PowerState> {
  return (await findContainer(driver, cid, signal, LABEL.instance))?.power ?? 'missing';
}

/** A hard restart, or a start when it is off; processes inside are not asked. Throws vm_not_found, az_down. */
export async function rebootVm(driver: Driver, cid: VmCid, { signal }: CallOptions): Promise<void> {
  const found = await mustFindVm(driver, cid, signal);
  await requirePower(driver, found.labels[LABEL.az], `starting VM ${cid}`);
  if (found.paused) await unpause(driver, cid, signal);
  const container = driver.engine.docker.getContainer(cid);
  if (found.power === 'off') {
    await startContainer(driver, cid, `starting VM ${cid}`, signal);
    return;
  }
  await driver.engine.call(`restarting VM ${cid}`, signal, (abortSignal) => container.restart({ t: 0, abortSignal }));
}

/** Cuts the power: SIGKILL to all. Off already is fine. Throws vm_not_found. */
export async function powerOffVm(driver: Driver, cid: VmCid, { signal }: CallOptions): Promise<void> {
  const found = await mustFindVm(driver, cid, signal);
  if (found.power === 'off') return;
  // a frozen process takes no signal
  if (found.paused) await unpause(driver, cid, signal);
  try {
    await driver.engine.call(`powering off VM ${cid}`, signal, (abortSignal) =>
      driver.engine.docker.getContainer(cid).kill({ abortSignal }),
    );
  } catch (error) {
    // it may have ended between look and kill
    if ((await powerState(driver, cid, { signal })) === 'on') throw error;
  }
}

/** Labels of a container are fixed, so changed metadata lies beside it. Throws vm_not_found. */
export async function setVmMetadata(
  driver: Driver,
  cid: VmCid,
  metadata: VmMetadata,
  { signal }: CallOptions,
): Promise<void> {
  await mustFindVm(driver, cid, signal);
  await onState(`writing metadata of VM ${cid}`, () =>
    writeFileWhole(metadataFile(driver, cid), JSON.stringify(metadata), 0o644),
  );
}

export async function listVms(driver: Driver, { signal }: CallOptions): Promise<VmView[]> {
  const containers = await listContainers(driver, signal, LABEL.instance);
  return Promise.all(
    containers.map(async ({ cid, power, createdAt, labels }) => ({
      cid,
      power,
      createdAt,
      address: labels[LABEL.address] ?? null,
      metadata: { ...readMetadata(labels), ...(await readMetadataFile(driver, cid)) },
    })),
  );
}

async function findVmOf(driver: Driver, instance: string, signal: AbortSignal): Promise<OwnContainer | null> {
  const found = await listContainers(driver, signal, LABEL.instance, `${LABEL.instanceId}=${instance}`);
  return found.find((vm) => vm.power === 'on') ?? found[0] ?? null;
}

async function mustFindVm(driver: Driver, cid: VmCid, signal: AbortSignal): Promise<OwnContainer> {
  const found = await findContainer(driver, cid, signal, LABEL.instance);
  if (found === null) throw new TesseraError('vm_not_found', `VM ${cid} does not exist. Recreate the instance.`);
  return found;
}

async function checkRequest(driver: Driver, request: CreateVmRequest, options: CallOptions) {
  const network = await findNetwork(driver, request.network.cid, options.signal);
  if (network === null) {
    throw new TesseraError(
      'network_not_found',
      `Network ${request.network.cid} of ${subject(request)} does not exist. Apply the director tile.`,
    );
  }
  const stemcell = await inspectStemcell(driver, request.stemcell, options.signal);
  if (stemcell === null) {
    throw new TesseraError(
      'cpi_failed',
      `Stemcell ${request.stemcell} of ${subject(request)} is not in the container engine. Import the stemcell again.`,
    );
  }
  if (!existsSync(stemcell.imagesFolder)) {
    throw new TesseraError(
      'cpi_failed',
      `${stemcell.imagesFolder}, the image archives of stemcell ${request.stemcell}, is gone. Build the stemcell again.`,
    );
  }
  for (const disk of request.disks) await checkDisk(driver, disk, request, options);
  return {
    installation: driver.config.installation,
    state: driver.config.state,
    image: stemcell.image,
    imagesFolder: stemcell.imagesFolder,
    hasModules: existsSync('/lib/modules'),
    limitsSwap: await limitsSwap(driver, options.signal),
  };
}

/** Two VMs that write to one disk destroy it, so a holder, on or off, must be deleted first. */
async function checkDisk(driver: Driver, disk: string, request: CreateVmRequest, options: CallOptions): Promise<void> {
  if (!(await hasDisk(driver, disk, options)))
    throw new TesseraError('disk_not_found', `Disk ${disk} of ${subject(request)} does not exist.`);
  const holder = await findHolder(driver, disk, options.signal);
  if (holder === null) return;
  throw new TesseraError(
    'cpi_failed',
    `Disk ${disk} of ${subject(request)} is held by VM ${holder.cid}. Delete that VM first.`,
  );
}

async function limitsSwap(driver: Driver, signal: AbortSignal): Promise<boolean> {
  const answer: unknown = await driver.engine.call('asking for its abilities', signal, () =>
    driver.engine.docker.info(),
  );
  return z.object({ SwapLimit: z.boolean().optional() }).parse(answer).SwapLimit ?? false;
}

async function makeFolders(driver: Driver, cid: string, bootstrap: string): Promise<void> {
  const own = vmFolder(driver.config.state, cid);
  await onState(`making the ephemeral disk of VM ${cid}`, async () => {
    await mkdir(own, { recursive: true, mode: 0o700 });
    for (const name of ['data', 'containerd', 'kubelet']) await mkdir(join(own, name), { mode: 0o755 });
    await mkdir(join(own, 'bootstrap'), { mode: 0o700 });
    await mkdir(datastoreFolder(driver.config.state), { recursive: true, mode: 0o755 });
  });
  await writeBootstrap(driver, cid, bootstrap);
}

/** Mounted read-only as a folder, so that a file replaced later is seen inside. */
async function writeBootstrap(driver: Driver, cid: string, bootstrap: string): Promise<void> {
  const file = join(vmFolder(driver.config.state, cid), 'bootstrap', 'agent.json');
  await onState(`writing the bootstrap file of VM ${cid}`, () => writeFileWhole(file, bootstrap, 0o600));
}

async function writeFileWhole(file: string, content: string, mode: number): Promise<void> {
  const draft = `${file}.${newUuid()}`;
  await writeFile(draft, content, { mode });
  await rename(draft, file);
}

async function readMetadataFile(driver: Driver, cid: string): Promise<Record<string, string>> {
  const text = await onState(`reading metadata of VM ${cid}`, () =>
    readFile(metadataFile(driver, cid), 'utf8').catch(nullIfMissing),
  );
  return text === null ? {} : z.record(z.string(), z.string()).parse(JSON.parse(text));
}

function metadataFile(driver: Driver, cid: string): string {
  return join(vmFolder(driver.config.state, cid), 'metadata.json');
}

async function unpause(driver: Driver, cid: VmCid, signal: AbortSignal): Promise<void> {
  await driver.engine.call(`resuming VM ${cid}`, signal, (abortSignal) =>
    driver.engine.docker.getContainer(cid).unpause({ abortSignal }),
  );
}

/** Tells an operator whose it is; the end differs each time, so that news of an old VM is never taken for the new one's. */
function nameVm(driver: Driver, request: CreateVmRequest): VmCid {
  const group = request.metadata.group.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
  const instance = request.instance
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '')
    .slice(0, 8);
  return `${driver.config.installation}-${group}-${instance}-${newUuid().slice(0, 4)}`;
}

function subject(request: CreateVmRequest): string {
  return `${request.metadata.group}/${request.instance}`;
}
