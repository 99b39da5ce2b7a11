import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { TesseraError } from '#server/platform/error.ts';
import type { CallOptions, Cpi, DiskCid, NetworkCid, StemcellCid, VmCid } from '../cpi.ts';
import { azPower, requirePower, setAzPower } from './az.ts';
import { DOWN_FILE } from './faults.ts';
import type { SimulatedVm } from './state-file.ts';
import { createVm } from './vm.ts';
import { watchVms } from './watch.ts';
import type { World } from './world.ts';

/** Enough for any fleet: what is simulated needs no memory of this host. */
const MEMORY_MIB = 64 * 1024 * 1024;
const BOOT_MS = 30_000;

/**
 * Infrastructure that exists in a file only, for tests of the interface and for benchmarks at fleet scale. VMs are records; their agents are real
 * connections to the real gateway. Never a default: it runs no cluster. Faults: `faults.ts`.
 */
export function createSimulatedCpi(world: World): Cpi {
  const { state } = world;

  /** Fails when the infrastructure is down or the caller has given up. */
  const enter = ({ signal }: CallOptions): void => {
    signal.throwIfAborted();
    const file = join(world.folder, DOWN_FILE);
    if (!existsSync(file)) return;
    throw new TesseraError(
      'cpi_unavailable',
      `The simulated infrastructure does not answer: ${file} lies there. Delete it to bring it back.`,
    );
  };
  const mustFindVm = (cid: VmCid): SimulatedVm => {
    const vm = state.vms[cid];
    if (vm === undefined) throw new TesseraError('vm_not_found', `VM ${cid} does not exist. Recreate the instance.`);
    return vm;
  };
  const mustFindDisk = (cid: DiskCid): void => {
    if (!(cid in state.disks)) throw new TesseraError('disk_not_found', `Disk ${cid} does not exist.`);
  };
  const holderOf = (disk: DiskCid) => Object.values(state.vms).find((vm) => vm.disks.includes(disk));

  return {
    name: 'simulated',
    bootMs: BOOT_MS,
    info: async (options) => {
      enter(options);
      return { engine: 'Simulated', version: '1', memoryMib: MEMORY_MIB, cpus: 1024 };
    },
    createStemcell: async (folder, options) => {
      enter(options);
      const cid = `stemcell-${createHash('sha256')
        .update(await readKey(folder))
        .digest('hex')
        .slice(0, 16)}`;
      if (!state.stemcells.includes(cid)) state.stemcells.push(cid);
      await world.save();
      return cid;
    },
    deleteStemcell: async (cid, options) => {
      enter(options);
      state.stemcells = state.stemcells.filter((one: StemcellCid) => one !== cid);
      await world.save();
    },
    hasStemcell: async (cid, options) => {
      enter(options);
      return state.stemcells.includes(cid);
    },
    createVm: async (request, options) => {
      enter(options);
      return createVm(world, request, options);
    },
    deleteVm: async (cid, options) => {
      enter(options);
      const vm = state.vms[cid];
      if (vm !== undefined) world.remove(vm);
      await world.save();
    },
    hasVm: async (cid, options) => {
      enter(options);
      return cid in state.vms;
    },
    powerState: async (cid, options) => {
      enter(options);
      return state.vms[cid]?.power ?? 'missing';
    },
    rebootVm: async (cid, options) => {
      enter(options);
      const vm = mustFindVm(cid);
      requirePower(world, vm.metadata.az, `starting VM ${cid}`);
      world.stop(vm);
      world.start(vm);
      await world.save();
    },
    powerOffVm: async (cid, options) => {
      enter(options);
      world.stop(mustFindVm(cid));
      await world.save();
    },
    setVmMetadata: async (cid, metadata, options) => {
      enter(options);
      mustFindVm(cid).metadata = { ...metadata };
      await world.save();
    },
    createDisk: async (sizeMib, az, request, options) => {
      enter(options);
      const cid = `disk-${createHash('sha256').update(request).digest('hex').slice(0, 20)}`;
      state.disks[cid] ??= { sizeMib, az };
      await world.save();
      return cid;
    },
    deleteDisk: async (cid, options) => {
      enter(options);
      const holder = holderOf(cid);
      if (holder)
        throw new TesseraError(
          'cpi_failed',
          `Disk ${cid} was not deleted: VM ${holder.cid} holds it. Delete that VM first.`,
        );
      delete state.disks[cid];
      await world.save();
    },
    hasDisk: async (cid, options) => {
      enter(options);
      return cid in state.disks;
    },
    attachDisk: async (cid, disk, options) => {
      enter(options);
      mustFindDisk(disk);
      const vm = mustFindVm(cid);
      const holder = holderOf(disk);
      if (holder === vm) return;
      if (holder)
        throw new TesseraError('cpi_failed', `Disk ${disk} is held by VM ${holder.cid}. Detach it there first.`);
      vm.disks.push(disk);
      await world.save();
    },
    detachDisk: async (cid, disk, options) => {
      enter(options);
      mustFindDisk(disk);
      const vm = state.vms[cid];
      if (vm) vm.disks = vm.disks.filter((one) => one !== disk);
      await world.save();
    },
    getDisks: async (cid, options) => {
      enter(options);
      return [...mustFindVm(cid).disks];
    },
    createNetwork: async ({ name, cidr, gateway }, options) => {
      enter(options);
      const cid = `network-${name}`;
      state.networks[cid] = { cidr, gateway };
      await world.save();
      return cid;
    },
    deleteNetwork: async (cid, options) => {
      enter(options);
      const vms = Object.values(state.vms).filter((vm) => vm.network === cid);
      if (vms.length > 0)
        throw new TesseraError(
          'cpi_failed',
          `Network ${cid} was not deleted: ${vms.length} VMs are on it. Delete them first.`,
        );
      delete state.networks[cid];
      await world.save();
    },
    hasNetwork: async (cid, options) => {
      enter(options);
      return cid in state.networks;
    },
    ensureGateway: async (cid: NetworkCid, options) => {
      enter(options);
      // agents of simulated VMs are in this process and reach the gateway on loopback
      if (!(cid in state.networks))
        throw new TesseraError('network_not_found', `Network ${cid} does not exist. Apply the director tile.`);
    },
    ensureDatastore: async (options) => enter(options),
    addToDatastore: async (_path, _from, options) => enter(options),
    deleteFromDatastore: async (_deployment, options) => enter(options),
    listVms: async (options) => {
      enter(options);
      return Object.values(state.vms).map(({ cid, power, address, metadata, createdAt }) => ({
        cid,
        power,
        address,
        metadata: { ...metadata },
        createdAt,
      }));
    },
    listDisks: async (options) => {
      enter(options);
      return Object.keys(state.disks);
    },
    listNetworks: async (options) => {
      enter(options);
      return Object.keys(state.networks);
    },
    azPower: async (az, options) => {
      enter(options);
      return azPower(world, az);
    },
    setAzPower: async (az, power, options) => {
      enter(options);
      await setAzPower(world, az, power, options.until);
    },
    watchVms: ({ signal }) => watchVms(world, signal),
  };
}

async function readKey(folder: string): Promise<string> {
  const file = join(folder, 'manifest.json');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new TesseraError(
      'not_found',
      `${file} cannot be read, so there is no stemcell to import. Build the stemcell again.`,
      { cause },
    );
  });
  return z.object({ key: z.string() }).parse(JSON.parse(text)).key;
}
