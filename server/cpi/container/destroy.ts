import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '#server/platform/clock.ts';
import type { ContainerConfig } from './config.ts';
import { listContainers, type OwnContainer } from './containers.ts';
import { type Driver, openDriver } from './driver.ts';
import { listNetworks } from './network.ts';
import { removeTree } from './remove-tree.ts';
import { nullIfMissing, onState } from './state-folder.ts';
import { imagePrefix, removeIfUnnamed, removeImage } from './stemcell.ts';

const ImageRow = z.object({ RepoTags: z.array(z.string()).nullish() });

/** Folders of the state folder that this driver fills. */
const FOLDERS = ['vms', 'disks', 'datastore'];

/**
 * Removes everything of one installation from the engine (containers, networks, names of images) and from its state folder (VMs, persistent disks,
 * the datastore). What carries another installation's label, or none, is not touched; an image that another installation also names stays.
 * Doing it again is fine. Throws cpi_unavailable when no engine answers.
 */
export async function destroyInfrastructure(
  config: ContainerConfig,
  context: { clock: Clock },
  { signal }: { signal: AbortSignal },
): Promise<{ containers: number; networks: number; images: number }> {
  const driver = openDriver(config, context.clock);
  const containers = await removeContainers(driver, signal);
  const networks = await removeNetworks(driver, signal);
  const images = await removeImages(driver, signal);
  for (const id of new Set(containers.map((container) => container.imageId))) await removeIfUnnamed(driver, id, signal);
  for (const name of FOLDERS) await removeFolder(driver.config.state, name, signal);
  return { containers: containers.length, networks, images };
}

async function removeContainers(driver: Driver, signal: AbortSignal): Promise<OwnContainer[]> {
  const containers = await listContainers(driver, signal);
  for (const { id, cid } of containers) {
    await driver.engine.find(`removing container ${cid}`, signal, (abortSignal) =>
      driver.engine.docker.getContainer(id).remove({ force: true, v: true, abortSignal }),
    );
  }
  return containers;
}

async function removeNetworks(driver: Driver, signal: AbortSignal): Promise<number> {
  const networks = await listNetworks(driver, { signal });
  for (const cid of networks) {
    await driver.engine.find(`removing network ${cid}`, signal, (abortSignal) =>
      driver.engine.docker.getNetwork(cid).remove({ abortSignal }),
    );
  }
  return networks.length;
}

async function removeImages(driver: Driver, signal: AbortSignal): Promise<number> {
  const rows = await driver.engine.call('listing images', signal, (abortSignal) =>
    driver.engine.docker.listImages({ abortSignal }),
  );
  const prefix = imagePrefix(driver.config.installation);
  const names = z
    .array(ImageRow)
    .parse(rows)
    .flatMap((row) => row.RepoTags ?? [])
    .filter((name) => name.startsWith(prefix));
  // stemcells before the root file systems they stand on
  for (const name of names.toSorted().toReversed()) await removeImage(driver, name, signal);
  return names.length;
}

/** One by one: a mount that cannot be detached then keeps only its own folder. */
async function removeFolder(state: string, name: string, signal: AbortSignal): Promise<void> {
  const folder = join(state, name);
  await onState(`removing ${folder}`, async () => {
    for (const entry of (await readdir(folder).catch(nullIfMissing)) ?? [])
      await removeTree(join(folder, entry), { signal });
    await removeTree(folder, { signal });
  });
}
