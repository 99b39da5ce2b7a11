import { spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Clock } from './clock.ts';
import { isErrno } from './print-log.ts';
import { ageOf, leadsGroup } from './process-stats.ts';

/**
 * One runit service: a folder with `run` and `finish`, supervised by a `runsv` of its own. Status and control go through runsv's files,
 * no `sv` is spawned. runsv is started here and not by runsvdir, which looks for new folders only every 5 s (8 ms against 1 to 6 s, measured);
 * it is a session of its own, so it lives on when the agent dies.
 */

export type ServiceStatus = {
  state: 'down' | 'run' | 'finish';
  pid: number | null;
  /** When this state began; wall time in ms. */
  since: number;
};

/** TAI64 label of 1970-01-01 as runit writes it. */
const TAI_EPOCH = 4611686018427387914n;
const STATUS_BYTES = 20;
const STATES = ['down', 'run', 'finish'] as const;
const LOOK_MS = 10;
const SUPERVISED_WITHIN_MS = 5000;
const SAME_START_MS = 3000;

/** What `supervise/status` says; null when the service was never supervised. */
export function readStatus(folder: string): ServiceStatus | null {
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(folder, 'supervise/status'));
  } catch (thrown) {
    if (isErrno(thrown, 'ENOENT')) return null;
    throw thrown;
  }
  return parseStatus(bytes);
}

/** The 20 bytes of a status file: TAI64N time, pid (little endian), paused, want, got TERM, state. */
export function parseStatus(bytes: Buffer): ServiceStatus | null {
  if (bytes.length < STATUS_BYTES) return null;
  const seconds = Number(bytes.readBigUInt64BE(0) - TAI_EPOCH);
  const pid = bytes.readUInt32LE(12);
  const state = STATES[bytes.readUInt8(19)];
  if (!state) return null;
  return { state, pid: pid === 0 ? null : pid, since: seconds * 1000 + Math.floor(bytes.readUInt32BE(8) / 1e6) };
}

/** True while a runsv holds the folder. */
export function isSupervised(folder: string): boolean {
  return writeFifo(join(folder, 'supervise/ok'), '');
}

/** Sends runsv a command: u(p), d(own), x (exit when down). False when no runsv listens. */
export function control(folder: string, command: 'u' | 'd' | 'x'): boolean {
  return writeFifo(join(folder, 'supervise/control'), command);
}

/** Writes the folder's scripts; each is replaced in one step, so that runsv never runs half a script. */
export function writeService(folder: string, scripts: { run: string; finish: string }): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(scripts)) {
    const path = join(folder, name);
    writeFileSync(`${path}.new`, text, { mode: 0o700 });
    renameSync(`${path}.new`, path);
  }
}

/** Starts a runsv for the folder unless one runs; the service comes up at once. Throws when runsv does not start in 5 s. */
export async function supervise(folder: string, clock: Clock): Promise<void> {
  if (isSupervised(folder)) return;
  endOrphan(folder);
  const child = spawn('runsv', [folder], { detached: true, stdio: 'ignore', cwd: '/' });
  const failed = new Promise<Error>((resolve) => child.once('error', resolve));
  child.unref();
  const until = clock.monotonic() + SUPERVISED_WITHIN_MS;
  while (!isSupervised(folder)) {
    const fault = await Promise.race([failed, clock.sleep(LOOK_MS)]);
    if (fault) throw new Error(`runsv did not start for ${folder}: ${fault.message}`, { cause: fault });
    if (clock.monotonic() > until) throw new Error(`runsv did not take ${folder} within ${SUPERVISED_WITHIN_MS} ms`);
  }
}

/** A runsv that was killed leaves its process behind, and a second one beside it would fight for its port. */
function endOrphan(folder: string): void {
  const status = readStatus(folder);
  if (status?.state !== 'run' || !status.pid) return;
  const age = ageOf(status.pid);
  if (age === null || !leadsGroup(status.pid)) return;
  // the number may have gone to another process since: that one is younger
  const startedAt = Date.now() - age * 1000;
  if (Math.abs(startedAt - status.since) < SAME_START_MS) killGroup(status.pid);
}

/** Takes a service down: TERM, and KILL to its whole process group when it is not gone after `killAfterMs`. Resolves when it is down. */
export async function stopService(folder: string, clock: Clock, killAfterMs: number): Promise<void> {
  if (!control(folder, 'd')) return;
  const killAt = clock.monotonic() + killAfterMs;
  while (true) {
    const status = readStatus(folder);
    if (!status || status.state === 'down') return;
    if (clock.monotonic() > killAt) killService(folder);
    await clock.sleep(LOOK_MS);
  }
}

/**
 * KILL to the process and its group; runsv starts it again unless it is wanted down. Not by runsv's own `k`: that may arrive when the finish
 * script runs already, and kill it instead.
 */
export function killService(folder: string): void {
  const status = readStatus(folder);
  if (status?.state !== 'run' || !status.pid) return;
  // until chpst has run, the process is in the group of its runsv
  if (leadsGroup(status.pid)) killGroup(status.pid);
  else killOne(status.pid);
}

/** Takes a service down, ends its runsv and removes the folder. */
export async function removeService(folder: string, clock: Clock, killAfterMs: number): Promise<void> {
  await stopService(folder, clock, killAfterMs);
  control(folder, 'x');
  while (isSupervised(folder)) await clock.sleep(LOOK_MS);
  rmSync(folder, { recursive: true, force: true });
}

/** KILL to every process of a group; a group that is gone is no error. */
export function killGroup(pid: number): void {
  killOne(-pid);
}

function killOne(target: number): void {
  try {
    process.kill(target, 'SIGKILL');
  } catch (thrown) {
    if (!isErrno(thrown, 'ESRCH')) throw thrown;
  }
}

/** False when nobody reads the FIFO or it is not there. */
function writeFifo(path: string, text: string): boolean {
  let fd: number;
  try {
    fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (thrown) {
    if (isErrno(thrown, 'ENXIO') || isErrno(thrown, 'ENOENT')) return false;
    throw thrown;
  }
  try {
    if (text) writeSync(fd, text);
    return true;
  } finally {
    closeSync(fd);
  }
}
