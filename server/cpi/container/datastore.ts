import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
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
