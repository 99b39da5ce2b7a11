import { mkdir } from 'node:fs/promises';
import type { CallOptions } from '../cpi.ts';
import type { Driver } from './driver.ts';
import { datastoreFolder, onState } from './state-folder.ts';

/** The folder every VM sees at /var/vcap/datastore. Mount a shared file system there before the first VM starts to use one. */
export async function ensureDatastore(driver: Driver, { signal }: CallOptions): Promise<void> {
  signal.throwIfAborted();
  await onState('making the datastore', () =>
    mkdir(datastoreFolder(driver.config.state), { recursive: true, mode: 0o755 }),
  );
}
