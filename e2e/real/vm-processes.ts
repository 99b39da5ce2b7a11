import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

/** One process of a VM, by its number on the host. */
export interface VmProcess {
  pid: number;
  parent: number;
  /** Base name of the program's path. */
  name: string;
}

/** All processes of a VM, those of its pods included: everything below its first process, which is included too. */
export function processesOf(firstPid: number): VmProcess[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? []);
  const below = new Set([firstPid]);
  for (let found = -1; found !== below.size; ) {
    found = below.size;
    for (const { pid, parent } of all) if (below.has(parent)) below.add(pid);
  }
  return all.filter(({ pid }) => below.has(pid));
}

/** The supervised program of that name: the oldest, should it have children of the same name. Undefined while it does not run. */
export function findProcess(firstPid: number, name: string): VmProcess | undefined {
  return processesOf(firstPid)
    .filter((process) => process.name === name)
    .toSorted((a, b) => a.pid - b.pid)[0];
}

/** Stops every process of a VM where it stands, the first one last: the VM hangs, and the engine still says that it runs. */
export function hangVm(firstPid: number): void {
  for (const { pid } of processesOf(firstPid).toReversed()) signal(pid, 'SIGSTOP');
}

/** Runs a program in a VM, as somebody who is logged in there; answers what it prints. */
export async function runInVm(firstPid: number, ...command: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('nsenter', ['--target', String(firstPid), '--all', ...command]);
  return stdout;
}

/** A process that ended meanwhile needs no signal. */
export function signal(pid: number, name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function readProcess(pid: number): VmProcess | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the name of the program stands in brackets and may hold blanks
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    const [program = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return { pid, parent, name: path.basename(program) };
  } catch {
    // it has ended
    return undefined;
  }
}
