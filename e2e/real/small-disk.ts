import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const mib = 1024 * 1024;

/** A file system of its own in a file, small enough to be filled. */
export class SmallDisk {
  /** Where it is mounted. */
  readonly folder: string;
  readonly #home: string;

  private constructor(home: string) {
    this.#home = home;
    this.folder = path.join(home, 'state');
  }

  static mount(sizeMib: number): SmallDisk {
    const disk = new SmallDisk(mkdtempSync(path.join(tmpdir(), 'tessera-disk-')));
    // PostgreSQL runs under another account and must get through
    chmodSync(disk.#home, 0o711);
    const image = path.join(disk.#home, 'disk.img');
    execFileSync('truncate', ['--size', `${sizeMib}M`, image]);
    execFileSync('mkfs.ext4', ['-q', '-F', image]);
    mkdirSync(disk.folder);
    try {
      execFileSync('mount', ['-o', 'loop', image, disk.folder]);
    } catch {
      // no loop devices here: memory of that size fills up in the same way
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMib}M,mode=0711`, 'tmpfs', disk.folder]);
    }
    return disk;
  }

  /** Fills it until only so much is left; 0 fills the blocks kept for root, too. */
  fillUpTo(freeMib: number): void {
    const file = openSync(this.#filler, 'w');
    const block = Buffer.alloc(mib);
    try {
      while (freeMib === 0 || this.#freeMib() > freeMib) writeSync(file, block);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    } finally {
      closeSync(file);
    }
  }

  makeRoom(): void {
    rmSync(this.#filler, { force: true });
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.folder]);
    rmSync(this.#home, { recursive: true });
  }

  get #filler(): string {
    return path.join(this.folder, 'filler');
  }

  #freeMib(): number {
    const { bavail, bsize } = statfsSync(this.folder);
    return (bavail * bsize) / mib;
  }
}
