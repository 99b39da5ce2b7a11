import { statfs } from 'node:fs/promises';
import { TesseraError } from './error.ts';

/** Room on the disk that holds `folder`, in MiB, as accounts other than root see it: PostgreSQL runs under one of those. */
export async function freeMib(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return Math.floor((bavail * bsize) / 1024 / 1024);
}

/** Throws disk_full with both sums when the disk of `folder` has less than `neededMib` of room. `what` begins the sentence's second half. */
export async function requireRoom(folder: string, neededMib: number, what: string): Promise<void> {
  const free = await freeMib(folder);
  if (free >= neededMib) return;
  throw new TesseraError(
    'disk_full',
    `Only ${free} MiB are free on the disk of ${folder}; ${what} takes ${neededMib} MiB. Make room, then retry.`,
  );
}
