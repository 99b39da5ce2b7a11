import { join } from 'node:path';
import { TesseraError } from '#server/platform/error.ts';

const SAFE_NAME = /^[a-z0-9][a-z0-9._-]*$/;

/** Folder of one VM: `bootstrap/`, `data/`, `containerd/`, `kubelet/`, `metadata.json`. Dies with the VM. */
export const vmFolder = (state: string, cid: string): string => join(state, 'vms', safe(cid));

/** Folder of one persistent disk; outlives VMs. */
export const diskFolder = (state: string, cid: string): string => join(state, 'disks', safe(cid));

/** The shared datastore; outlives everything but the installation. */
export const datastoreFolder = (state: string): string => join(state, 'datastore');

/** Runs file work and says in a sentence what failed; a full disk becomes disk_full. */
export async function onState<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TesseraError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (/ENOSPC|EDQUOT/.test(reason)) {
      throw new TesseraError(
        'disk_full',
        `The disk of the state folder is full; it gave up while ${doing}. Make room, then retry.`,
        { cause: error },
      );
    }
    throw new TesseraError('cpi_failed', `The state folder could not be used while ${doing}: ${reason}`, {
      cause: error,
    });
  }
}

/** Null instead of the error when a file is not there. */
export function nullIfMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}

/** A name becomes part of a path that may be deleted: anything that could leave its folder is refused. */
export function safe(cid: string): string {
  if (!SAFE_NAME.test(cid))
    throw new TesseraError(
      'invalid_input',
      `${JSON.stringify(cid)} is no name of a VM, disk or deployment of this installation.`,
    );
  return cid;
}
