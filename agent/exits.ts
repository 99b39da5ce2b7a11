import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, fstatSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { constants as os } from 'node:os';
import type { Clock } from './clock.ts';
import type { Paths } from './paths.ts';
import { isErrno } from './print-log.ts';

/** A process ended; `exit` is for people: `exit 1`, `killed by SIGKILL`. */
export type Exit = { process: string; exit: string };

/** A crash loop adds 30 bytes a second to a file in memory. */
const MOST_BYTES = 64 * 1024;
/** A finish script that opened the file before it was renamed has written by then. */
const WRITERS_DONE_MS = 1000;

/**
 * Hears of process ends from the lines that finish scripts add to a file. Ends that came while no agent ran are told at `start`;
 * `position` is where the last agent stopped reading.
 */
export class ExitReader {
  readonly #paths: Paths;
  readonly #clock: Clock;
  readonly #onExit: (exit: Exit, position: number) => void;
  #position: number;
  #bell: Socket | null = null;
  #replacing = false;

  constructor(paths: Paths, clock: Clock, position: number, onExit: (exit: Exit, position: number) => void) {
    this.#paths = paths;
    this.#clock = clock;
    this.#position = position;
    this.#onExit = onExit;
  }

  start(): void {
    if (!existsSync(this.#paths.bell)) execFileSync('mkfifo', ['-m', '0600', this.#paths.bell]);
    // open for both: no end of file when the last finish script closes it
    const fd = openSync(this.#paths.bell, constants.O_RDWR | constants.O_NONBLOCK);
    this.#bell = new Socket({ fd, readable: true, writable: false });
    this.#bell.on('data', () => this.#read());
    this.#bell.on('error', () => this.#bell?.destroy());
    this.#read();
  }

  close(): void {
    this.#bell?.destroy();
  }

  #read(): void {
    if (this.#replacing) return;
    const fd = openExisting(this.#paths.exits);
    if (fd === null) return;
    try {
      this.#readFrom(fd);
      if (this.#position > MOST_BYTES) void this.#replace();
    } finally {
      closeSync(fd);
    }
  }

  #readFrom(fd: number): void {
    const size = fstatSync(fd).size;
    if (size <= this.#position) return;
    const bytes = Buffer.alloc(size - this.#position);
    readSync(fd, bytes, 0, bytes.length, this.#position);
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    for (const line of whole.toString().split('\n').filter(Boolean)) {
      this.#position += Buffer.byteLength(line) + 1;
      const exit = parseExit(line);
      if (exit) this.#onExit(exit, this.#position);
    }
  }

  async #replace(): Promise<void> {
    this.#replacing = true;
    const old = `${this.#paths.exits}.old`;
    renameSync(this.#paths.exits, old);
    await this.#clock.sleep(WRITERS_DONE_MS);
    const fd = openExisting(old);
    if (fd !== null) {
      this.#readFrom(fd);
      closeSync(fd);
    }
    rmSync(old, { force: true });
    this.#position = 0;
    this.#replacing = false;
    this.#read();
  }
}

/** `etcd 1 0` → exit 1; `etcd -1 9` → killed by SIGKILL. Null for a line that is none of ours. */
export function parseExit(line: string): Exit | null {
  const [process, code, status] = line.split(' ');
  if (!process || code === undefined || status === undefined) return null;
  // the high bit says that a core was dumped
  const number = Number(status) & 0x7f;
  if (number === 0) return { process, exit: `exit ${code}` };
  const name = Object.entries(os.signals).find(([, value]) => value === number)?.[0];
  return { process, exit: `killed by ${name ?? `signal ${number}`}` };
}

function openExisting(path: string): number | null {
  try {
    return openSync(path, constants.O_RDONLY);
  } catch (thrown) {
    if (isErrno(thrown, 'ENOENT')) return null;
    throw thrown;
  }
}
