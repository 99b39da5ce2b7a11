import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { TesseraError } from '#server/platform/error.ts';
import { AzSwitch } from '../az-switch.ts';

/** What a simulated agent has in force, without the contents of files. */
export const AppliedSpec = z.strictObject({
  digest: z.string(),
  jobs: z.array(z.strictObject({ name: z.string(), processes: z.array(z.string()), errand: z.boolean() })),
});
export type AppliedSpec = z.infer<typeof AppliedSpec>;

export const SimulatedVm = z.strictObject({
  cid: z.string(),
  instance: z.string(),
  address: z.string(),
  hostname: z.string(),
  stemcell: z.string(),
  network: z.string(),
  disks: z.array(z.string()),
  memoryMib: z.number(),
  metadata: z.record(z.string(), z.string()),
  power: z.enum(['on', 'off']),
  createdAt: z.string(),
  bootstrap: z.string(),
  /** Changes with each start. */
  bootId: z.string(),
  wanted: z.enum(['started', 'stopped']),
  spec: AppliedSpec.nullable(),
});
export type SimulatedVm = z.infer<typeof SimulatedVm>;

export const SimulatedState = z.strictObject({
  stemcells: z.array(z.string()),
  networks: z.record(z.string(), z.strictObject({ cidr: z.string(), gateway: z.string() })),
  disks: z.record(z.string(), z.strictObject({ sizeMib: z.number(), az: z.string() })),
  vms: z.record(z.string(), SimulatedVm),
  /** AZs that are switched off. */
  azs: z.record(z.string(), AzSwitch).default({}),
});
export type SimulatedState = z.infer<typeof SimulatedState>;

/** What was kept, or an empty infrastructure. Throws cpi_failed when the file is damaged. */
export function readState(file: string): SimulatedState {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { stemcells: [], networks: {}, disks: {}, vms: {}, azs: {} };
    throw error;
  }
  const parsed = SimulatedState.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new TesseraError(
    'cpi_failed',
    `${file} is damaged: ${parsed.error.message}. Delete it to start with an empty simulated infrastructure.`,
  );
}

/**
 * Keeps the state in a file (0600: bootstraps hold keys). Whoever asks while a write is under way waits for one more write, so that a thousand
 * changes at once cost two writes.
 */
export class StateFile {
  readonly #file: string;
  readonly #state: SimulatedState;
  #next: Promise<void> | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(file: string, state: SimulatedState) {
    this.#file = file;
    this.#state = state;
  }

  /** Resolves when everything changed before this call is on disk. */
  save(): Promise<void> {
    this.#next ??= this.#last.then(
      () => this.#write(),
      () => this.#write(),
    );
    return this.#next;
  }

  async #write(): Promise<void> {
    this.#last = this.#next ?? Promise.resolve();
    this.#next = null;
    await mkdir(dirname(this.#file), { recursive: true });
    await writeFile(`${this.#file}.new`, JSON.stringify(this.#state), { mode: 0o600 });
    await rename(`${this.#file}.new`, this.#file);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // a truncated file fails the schema, which names the file
    return null;
  }
}
