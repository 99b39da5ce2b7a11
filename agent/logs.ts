import { closeSync, copyFileSync, fstatSync, openSync, readdirSync, readSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { isErrno } from './print-log.ts';

/** A log larger than this is copied to `<name>.1` and emptied. Processes append, so the next line lands at the start. */
export const MOST_LOG_BYTES = 10 * 1024 * 1024;
/** 2000 lines of 250 characters. */
const MOST_TAIL_BYTES = 512 * 1024;

/** The last `count` lines of a file, at most 512 KiB of them; none when it is not there. */
export function tailLines(path: string, count: number): string[] {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (thrown) {
    if (isErrno(thrown, 'ENOENT')) return [];
    throw thrown;
  }
  try {
    const size = fstatSync(fd).size;
    const length = Math.min(size, MOST_TAIL_BYTES);
    const bytes = Buffer.alloc(length);
    readSync(fd, bytes, 0, length, size - length);
    const lines = bytes.toString().split('\n');
    if (lines.at(-1) === '') lines.pop();
    // the first may be half a line
    if (length < size) lines.shift();
    return lines.slice(-count);
  } finally {
    closeSync(fd);
  }
}

/** Caps every `<logs>/<job>/<name>.log`. */
export function capLogs(logs: string, mostBytes = MOST_LOG_BYTES): void {
  for (const job of foldersOf(logs)) {
    for (const name of readdirSync(join(logs, job))) {
      const path = join(logs, job, name);
      if (name.endsWith('.log') && sizeOf(path) > mostBytes) capLog(path);
    }
  }
}

function capLog(path: string): void {
  copyFileSync(path, `${path}.1`);
  truncateSync(path, 0);
}

function foldersOf(logs: string): string[] {
  try {
    return readdirSync(logs, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch (thrown) {
    if (isErrno(thrown, 'ENOENT')) return [];
    throw thrown;
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (thrown) {
    // a link to nothing, or removed since the folder was read
    if (isErrno(thrown, 'ENOENT')) return 0;
    throw thrown;
  }
}
