import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from './say.ts';

/** A process of this installation, written to `run/<name>.json` so that the next launcher can find it. */
export interface RunningProcess {
  name: string;
  pid: number;
  /** Start time in kernel ticks: a pid alone may belong to another program by now. */
  startedTicks: string;
}

const stopDeadlineMs = 5_000;

/** Remembers process `pid` under `name`. */
export function recordProcess(state: string, name: string, pid: number): void {
  const startedTicks = ticksOf(pid);
  // Gone already: its exit is reported to whoever started it.
  if (startedTicks === undefined) return;
  const record: RunningProcess = { name, pid, startedTicks };
  const file = path.join(state, 'run', `${name}.json`);
  try {
    mkdirSync(path.join(state, 'run'), { recursive: true, mode: 0o700 });
    writeFileSync(file, JSON.stringify(record));
  } catch (error) {
    // A full disk must not end what is to be kept running.
    say(`${file} cannot be written (${String(error)}); a launcher that is killed now leaves ${name} running.`);
  }
}

/** Forgets the process recorded under `name`. */
export function forgetProcess(state: string, name: string): void {
  rmSync(path.join(state, 'run', `${name}.json`), { force: true });
}

/** Processes recorded in the state folder that are still alive. */
export function runningProcesses(state: string): RunningProcess[] {
  return recordedNames(state).flatMap((file) => {
    const record = readRecord(path.join(state, 'run', file));
    return record && ticksOf(record.pid) === record.startedTicks ? [record] : [];
  });
}

/** Undefined for a file that a full disk cut short. */
function readRecord(file: string): RunningProcess | undefined {
  try {
    const record: RunningProcess = JSON.parse(readFileSync(file, 'utf8'));
    return record;
  } catch {
    return undefined;
  }
}

function recordedNames(state: string): string[] {
  try {
    return readdirSync(path.join(state, 'run')).filter((file) => file.endsWith('.json'));
  } catch {
    // No such folder: nothing was ever started here.
    return [];
  }
}

/** Asks a process to end, and makes it end when it does not in time (5 s unless told). PostgreSQL takes SIGINT as "fast shutdown". */
export async function endProcess(running: RunningProcess, deadlineMs: number = stopDeadlineMs): Promise<void> {
  const isAlive = () => ticksOf(running.pid) === running.startedTicks;
  process.kill(running.pid, running.name === 'postgres' ? 'SIGINT' : 'SIGTERM');
  const deadline = performance.now() + deadlineMs;
  while (isAlive() && performance.now() < deadline) await sleep(50);
  if (isAlive()) process.kill(running.pid, running.name === 'postgres' ? 'SIGQUIT' : 'SIGKILL');
}

/** Field 22 of /proc/PID/stat; the name in field 2 may hold spaces, so counting starts after its bracket. */
function ticksOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; it only waits to be counted by its parent.
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    // No such process.
    return undefined;
  }
}
