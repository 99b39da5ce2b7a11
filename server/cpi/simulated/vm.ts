import { containsAddress, parseAddress, parseCidr } from '#model/cidr.ts';
import { TesseraError } from '#server/platform/error.ts';
import { newUuid } from '#server/platform/ids.ts';
import type { CallOptions, CreateVmRequest, VmCid } from '../cpi.ts';
import { requirePower } from './az.ts';
import { sentinelsOf } from './faults.ts';
import type { World } from './world.ts';

const SLOW_MS = 5000;

/** As the container driver: a VM that is on is returned, one that is off is replaced, and what is missing is named. */
export async function createVm(world: World, request: CreateVmRequest, { signal }: CallOptions): Promise<VmCid> {
  const { state } = world;
  const sentinels = sentinelsOf(request);
  if (sentinels.includes('slow-create')) await world.clock.sleep(SLOW_MS, signal);
  requirePower(world, request.metadata.az, `creating ${request.metadata.group}/${request.instance}`);
  const existing = Object.values(state.vms).find((vm) => vm.instance === request.instance);
  if (existing?.power === 'on') {
    existing.bootstrap = request.bootstrap;
    await world.save();
    return existing.cid;
  }
  if (existing !== undefined) world.remove(existing);
  checkRequest(world, request);
  const name = `${request.metadata.group}/${request.instance}`;
  if (sentinels.includes('fail-create')) {
    throw new TesseraError(
      'cpi_failed',
      `The simulated infrastructure refused to create ${name}: its name says fail-create. Rename it.`,
    );
  }

  const cid = `sim-${request.metadata.group}-${request.instance.slice(0, 8)}-${newUuid().slice(0, 4)}`;
  const vm = {
    cid,
    instance: request.instance,
    address: request.network.address,
    hostname: request.hostname,
    stemcell: request.stemcell,
    network: request.network.cid,
    disks: [...request.disks],
    memoryMib: request.cloudProperties.memoryMib,
    metadata: { ...request.metadata },
    power: 'off' as const,
    createdAt: world.clock.now().toISOString(),
    bootstrap: request.bootstrap,
    bootId: newUuid(),
    wanted: 'started' as const,
    spec: null,
  };
  state.vms[cid] = vm;
  world.start(vm);
  await world.save();
  return cid;
}

function checkRequest({ state }: World, request: CreateVmRequest): void {
  const name = `${request.metadata.group}/${request.instance}`;
  const network = state.networks[request.network.cid];
  if (network === undefined) {
    throw new TesseraError(
      'network_not_found',
      `Network ${request.network.cid} of ${name} does not exist. Apply the director tile.`,
    );
  }
  if (!state.stemcells.includes(request.stemcell)) {
    throw new TesseraError(
      'cpi_failed',
      `Stemcell ${request.stemcell} of ${name} is not on the infrastructure. Import the stemcell again.`,
    );
  }
  const cidr = parseCidr(network.cidr);
  const address = parseAddress(request.network.address);
  if (cidr === null || address === null || !containsAddress(cidr, address)) {
    throw new TesseraError(
      'cpi_failed',
      `Address ${request.network.address} of ${name} is not in network ${request.network.cid} (${network.cidr}).`,
    );
  }
  const twin = Object.values(state.vms).find(
    (vm) => vm.network === request.network.cid && vm.address === request.network.address,
  );
  if (twin)
    throw new TesseraError('cpi_failed', `Address ${request.network.address} of ${name} is taken by VM ${twin.cid}.`);
  for (const disk of request.disks) {
    if (!(disk in state.disks)) throw new TesseraError('disk_not_found', `Disk ${disk} of ${name} does not exist.`);
    const holder = Object.values(state.vms).find((vm) => vm.disks.includes(disk));
    if (holder)
      throw new TesseraError(
        'cpi_failed',
        `Disk ${disk} of ${name} is held by VM ${holder.cid}. Delete that VM first.`,
      );
  }
}
