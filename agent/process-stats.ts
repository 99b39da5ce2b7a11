import { readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second on every platform it runs Kubernetes on. */
const TICKS_PER_SECOND = 100;
const PAGE_KIB = 4;

export type ProcessSample = { memoryKib: number; cpuSeconds: number };

/** Resident memory and processor time of a process; null when it is gone. */
export function sampleProcess(pid: number): ProcessSample | null {
  const fields = statFields(pid);
  const pages = readOrNull(`/proc/${pid}/statm`)?.split(' ')[1];
  if (!fields || pages === undefined) return null;
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { memoryKib: Number(pages) * PAGE_KIB, cpuSeconds: ticks / TICKS_PER_SECOND };
}

/** Seconds since a process started; null when it is gone. */
export function ageOf(pid: number): number | null {
  const fields = statFields(pid);
  if (!fields) return null;
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  return Math.max(0, uptime - Number(fields[19]) / TICKS_PER_SECOND);
}

/** True when the process leads its own group. */
export function leadsGroup(pid: number): boolean {
  return Number(statFields(pid)?.[2]) === pid;
}

/**
 * True when a signal stopped the process, or a child of its group while the process waits for it: it does nothing, and its port still accepts
 * connections. A process under a debugger is another thing.
 */
export function isStopped(pid: number): boolean {
  if (stateOf(pid) === 'T') return true;
  const children = readOrNull(`/proc/${pid}/task/${pid}/children`)?.split(' ').filter(Boolean).map(Number) ?? [];
  return children.some((child) => {
    const fields = statFields(child);
    return fields?.[0] === 'T' && Number(fields[2]) === pid;
  });
}

const stateOf = (pid: number): string | undefined => statFields(pid)?.[0];

/** Fields of /proc/<pid>/stat after the name, which may hold blanks and brackets: [0] is the state. */
function statFields(pid: number): string[] | null {
  const text = readOrNull(`/proc/${pid}/stat`);
  return text ? text.slice(text.lastIndexOf(')') + 2).split(' ') : null;
}

/** A file of /proc; null when the process ended, before or while it was read. */
function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // ENOENT before, ESRCH while reading: both say that it is gone
    return null;
  }
}
