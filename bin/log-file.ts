import { createWriteStream, existsSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { say } from './say.ts';

const rotateAtBytes = 20 * 1024 * 1024;
/** After a failed write the file is opened again, not more often than this. */
const reopenAfterMs = 1_000;

/** A log file that outlives a full disk: its lines are lost meanwhile, which is said once, and what writes them goes on. */
export class LogFile {
  readonly #file: string;
  #stream: WriteStream | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;
  #isFailing = false;

  constructor(file: string) {
    this.#file = file;
    if (existsSync(file) && statSync(file).size > rotateAtBytes) renameSync(file, `${file}.1`);
  }

  write(line: string): void {
    if (!this.#stream && performance.now() - this.#failedAt < reopenAfterMs) return;
    this.#stream ??= this.#open();
    this.#stream.write(`${line}\n`, (error) => {
      if (!error) this.#isFailing = false;
    });
  }

  end(): void {
    this.#stream?.end();
  }

  #open(): WriteStream {
    const stream = createWriteStream(this.#file, { flags: 'a', mode: 0o600 });
    stream.on('error', (error) => {
      if (!this.#isFailing) say(`${this.#file} cannot be written (${error.message}); lines are lost until it can.`);
      this.#isFailing = true;
      this.#failedAt = performance.now();
      if (this.#stream === stream) this.#stream = undefined;
    });
    return stream;
  }
}
