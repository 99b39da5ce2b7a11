import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isErrno } from './print-log.ts';
import { leadsGroup } from './process-stats.ts';
import { killGroup } from './runit.ts';

/**
 * The undo of a fault, armed before the fault is done: a shell in a session of its own that sleeps and then undoes, with agent, director and
 * console dead. Everything of it lies in one folder on tmpfs, `<faults>/<drill>.XXXXXX/undo`; a VM that reboots forgets faults and undos alike.
 */
export type DeadMan = { folder: string };

/** `undo` is a shell script that may run twice; it is run until it exits with 0. Resolves when the undo is sure to come. */
export async function armUndo(faults: string, drill: string, undo: string, afterMs: number): Promise<DeadMan> {
  mkdirSync(faults, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(faults, `${drill}.`));
  writeFileSync(join(folder, 'undo'), `#!/bin/sh\n${undo}\n`, { mode: 0o700 });
  // the shell is the leader of a session, so that neither the agent's end nor that of its supervisor reaches it
  const script = 'sleep "$2"; while [ -e "$1/undo" ] && ! sh "$1/undo"; do sleep 1; done; rm -rf "$1"';
  const child = spawn('/bin/sh', ['-c', script, 'tessera-undo', folder, String(afterMs / 1000)], {
    cwd: '/',
    detached: true,
    stdio: 'ignore',
  });
  await spawned(child);
  writeFileSync(join(folder, 'pid'), String(child.pid));
  child.unref();
  return { folder };
}

/** Undoes all faults of a drill now, the newest first, and takes their dead men away. Returns how many there were. */
export async function undoFaults(faults: string, drill: string): Promise<number> {
  const folders = foldersOf(faults).filter((name) => name.startsWith(`${drill}.`));
  for (const name of folders.toReversed()) await undoNow(join(faults, name));
  return folders.length;
}

async function undoNow(folder: string): Promise<void> {
  const code = await exitOf(spawn('/bin/sh', [join(folder, 'undo')], { cwd: '/', stdio: 'ignore' }));
  // 127: its dead man was faster and took the script away
  if (code !== 0 && code !== 127) throw new Error(`${folder}/undo ended with exit ${code}`);
  disarm(folder);
  rmSync(folder, { recursive: true, force: true });
}

function disarm(folder: string): void {
  const pid = Number(readOrEmpty(join(folder, 'pid')));
  if (!Number.isInteger(pid) || pid <= 1) return;
  // the number may belong to another process by now
  const isOurs = readOrEmpty(`/proc/${pid}/cmdline`).split('\0').includes(folder);
  if (isOurs && leadsGroup(pid)) killGroup(pid);
}

function spawned(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function foldersOf(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch (thrown) {
    if (isErrno(thrown, 'ENOENT')) return [];
    throw thrown;
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // ENOENT or ESRCH: gone
    return '';
  }
}
