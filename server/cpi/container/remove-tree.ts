import { execFile } from 'node:child_process';
import { readFile, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import { TesseraError } from '#server/platform/error.ts';
import { nullIfMissing } from './state-folder.ts';

const run = promisify(execFile);

/**
 * Deletes a folder of a VM that is gone, and never what was mounted into it. A kubelet binds volumes of the datastore below /var/lib/kubelet;
 * where such a mount has reached this host, deleting "through" it would delete the datastore. So: list mounts, detach them, list again, and
 * only an empty second list allows the deletion. A folder that does not exist is no error.
 */
export async function removeTree(folder: string, options: { signal: AbortSignal }): Promise<void> {
  const real = await realpath(folder).catch(nullIfMissing);
  if (real === null) return;
  for (const mount of await mountsUnder(real)) {
    // lazy: a process that still sits in there must not keep us from detaching; the mount leaves this namespace at once
    await run('umount', ['--lazy', '--no-canonicalize', mount], options);
  }
  const left = await mountsUnder(real);
  if (left.length > 0) {
    throw new TesseraError(
      'cpi_failed',
      `${folder} was not deleted: ${left.join(', ')} is still mounted there. Unmount it, then retry.`,
    );
  }
  // five times as fast as Node's own, and stops at other file systems
  await run('rm', ['-rf', '--one-file-system', '--', real], options);
}

/** Mount points at or below `folder` in this mount namespace, deepest (latest) first. */
export async function mountsUnder(folder: string): Promise<string[]> {
  return listMountsUnder(await readFile('/proc/self/mountinfo', 'utf8'), folder);
}

/** Pure part of `mountsUnder`: reads a mountinfo text (proc_pid_mountinfo(5)). */
export function listMountsUnder(mountinfo: string, folder: string): string[] {
  const below = folder.endsWith('/') ? folder : `${folder}/`;
  return mountinfo
    .split('\n')
    .map((line) => unescapeMountPoint(line.split(' ')[4] ?? ''))
    .filter((point) => point === folder || point.startsWith(below))
    .reverse();
}

/** The kernel writes space, tab, newline and backslash as octal escapes. */
function unescapeMountPoint(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
