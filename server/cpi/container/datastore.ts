import { constants, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CallOptions } from '../cpi.ts';
import type { Driver } from './driver.ts';
import { removeTree } from './remove-tree.ts';
import { datastoreFolder, onState, safe } from './state-folder.ts';

/** The folder every VM sees at /var/vcap/datastore. Mount a shared file system there before the first VM starts to use one. */
export async function ensureDatastore(driver: Driver, { signal }: CallOptions): Promise<void> {
  signal.throwIfAborted();
  await onState('making the datastore', () =>
    mkdir(datastoreFolder(driver.config.state), { recursive: true, mode: 0o755 }),
  );
}

/** Deletes the folder of one deployment, with the volumes its cluster made there. */
export async function deleteFromDatastore(driver: Driver, deployment: string, options: CallOptions): Promise<void> {
  await onState(`deleting the volumes of ${deployment}`, () =>
    removeTree(join(datastoreFolder(driver.config.state), safe(deployment)), options),
  );
}

/**
 * Copies a file into the datastore; it appears under its name when it is whole. Never a hard link: VMs may write to the datastore, and what they
 * write must not reach a cache that other installations use.
 */
export async function addToDatastore(driver: Driver, path: string, from: string, options: CallOptions): Promise<void> {
  const target = join(datastoreFolder(driver.config.state), ...path.split('/').map(safe));
  const half = `${target}.half`;
  await onState(`putting ${path} into the datastore`, async () => {
    await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    await rm(half, { force: true });
    // shares the blocks where the file system can
    await copyFile(from, half, constants.COPYFILE_FICLONE);
    options.signal.throwIfAborted();
    await rename(half, target);
  });
}
