import { z } from 'zod';
import type { Clock } from '#server/platform/clock.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Log } from '#server/platform/log.ts';
import type { Cpi } from '../cpi.ts';
import { azPower, switchOffAz, switchOnAz } from './az.ts';
import type { ContainerConfig } from './config.ts';
import { addToDatastore, deleteFromDatastore, ensureDatastore } from './datastore.ts';
import { attachDisk, createDisk, deleteDisk, detachDisk, getDisks, hasDisk, listDisks } from './disk.ts';
import { type Driver, openDriver } from './driver.ts';
import { isPodman } from './import-image.ts';
import { createNetwork, deleteNetwork, ensureGateway, hasNetwork, listNetworks } from './network.ts';
import { createStemcell, deleteStemcell, hasStemcell } from './stemcell.ts';
import { createVm, deleteVm, hasVm, listVms, powerOffVm, powerState, rebootVm, setVmMetadata } from './vm.ts';
import { watchVms } from './watch.ts';

/** An agent says hello after one or two seconds, after ten on a machine that is very busy. */
const BOOT_MS = 45_000;
const Info = z.object({
  MemTotal: z.number(),
  NCPU: z.number(),
  ServerVersion: z.string(),
  CgroupVersion: z.string().optional(),
  DefaultRuntime: z.string().optional(),
  SecurityOptions: z.array(z.string()).nullish(),
});

/**
 * Embedded infrastructure: a "VM" is a privileged container of a Docker-compatible engine on this host, a network is a bridge, a disk is a folder
 * that outlives VMs, the datastore a folder mounted in all of them. It never touches what does not carry the installation's label.
 */
export function createContainerCpi(config: ContainerConfig, context: { clock: Clock; log: Log }): Cpi {
  const driver = openDriver(config, context.clock);
  return {
    name: 'container',
    bootMs: BOOT_MS,
    info: (options) => info(driver, options.signal),
    createStemcell: (folder, options) => createStemcell(driver, folder, options),
    deleteStemcell: (cid, options) => deleteStemcell(driver, cid, options),
    hasStemcell: (cid, options) => hasStemcell(driver, cid, options),
    createVm: (request, options) => createVm(driver, request, options),
    deleteVm: (cid, options) => deleteVm(driver, cid, options),
    hasVm: (cid, options) => hasVm(driver, cid, options),
    powerState: (cid, options) => powerState(driver, cid, options),
    rebootVm: (cid, options) => rebootVm(driver, cid, options),
    powerOffVm: (cid, options) => powerOffVm(driver, cid, options),
    setVmMetadata: (cid, metadata, options) => setVmMetadata(driver, cid, metadata, options),
    createDisk: (_sizeMib, _az, request, options) => createDisk(driver, request, options),
    deleteDisk: (cid, options) => deleteDisk(driver, cid, options),
    hasDisk: (cid, options) => hasDisk(driver, cid, options),
    attachDisk: (vm, disk, options) => attachDisk(driver, vm, disk, options),
    detachDisk: (vm, disk, options) => detachDisk(driver, vm, disk, options),
    getDisks: (cid, options) => getDisks(driver, cid, options),
    createNetwork: (request, options) => createNetwork(driver, request, options),
    deleteNetwork: (cid, options) => deleteNetwork(driver, cid, options),
    hasNetwork: (cid, options) => hasNetwork(driver, cid, options),
    ensureGateway: (cid, options) => ensureGateway(driver, cid, options),
    ensureDatastore: (options) => ensureDatastore(driver, options),
    addToDatastore: (path, from, options) => addToDatastore(driver, path, from, options),
    deleteFromDatastore: (deployment, options) => deleteFromDatastore(driver, deployment, options),
    listVms: (options) => listVms(driver, options),
    listDisks: (options) => listDisks(driver, options),
    listNetworks: (options) => listNetworks(driver, options),
    azPower: (az, options) => azPower(driver, az, options),
    setAzPower: (az, power, options) =>
      power === 'off'
        ? switchOffAz(driver, { list: listVms, powerOff: powerOffVm }, az, options)
        : switchOnAz(driver, az, options),
    watchVms: (options) => watchVms(driver, context.log, options),
  };
}

async function info(driver: Driver, signal: AbortSignal): ReturnType<Cpi['info']> {
  const { docker, socket } = driver.engine;
  const found = Info.parse(await driver.engine.call('asking what it is', signal, () => docker.info()));
  const unfit = unfitness(found);
  if (unfit !== null)
    throw new TesseraError('cpi_unavailable', `The container engine at ${socket} cannot run VMs: ${unfit}`);
  return {
    engine: (await isPodman(driver, signal)) ? 'Podman' : 'Docker',
    version: found.ServerVersion,
    memoryMib: Math.floor(found.MemTotal / 1024 / 1024),
    cpus: found.NCPU,
  };
}

/** Why an engine that answers will not do, with the remedy; null when it will. */
export function unfitness(engine: z.infer<typeof Info>): string | null {
  if (engine.SecurityOptions?.some((option) => option.includes('rootless'))) {
    return 'it is rootless, and VMs need privileged containers. Start it as root.';
  }
  // crun cannot give privileged containers a cgroup namespace of their own there
  if (engine.CgroupVersion === '1' && engine.DefaultRuntime?.endsWith('crun')) {
    return 'its runtime crun does not work with cgroup v1. Start it with podman --runtime runc system service.';
  }
  return null;
}
