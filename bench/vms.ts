import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import Docker from 'dockerode';
import { z } from 'zod';
import { chooseEngine } from '../bin/engine.ts';
import type { Installation } from './installation.ts';
import { ticksPerSecond } from './surroundings.ts';

/** One VM as the container engine and the kernel see it. */
export interface Vm {
  container: Docker.Container;
  /** `<group>/<instance id>` */
  instance: string;
  deployment: string;
  /** First process of the VM, as the host numbers it. */
  pid: number;
}

const instanceLabel = 'tessera.instance';
const deploymentLabel = 'tessera.deployment';
const Inspected = z.object({ State: z.object({ Pid: z.number() }) });
const mebibyte = 1024 * 1024;

/** Running VMs of this installation, and of no other. */
export async function listVms({ stack, id }: Installation): Promise<Vm[]> {
  // an empty host keeps DOCKER_HOST in the environment from winning over the socket
  const docker = new Docker({ socketPath: chooseEngine(stack.state).socket, host: '', protocol: 'http' });
  const rows = await docker.listContainers({ filters: { label: [`tessera.installation=${id}`, instanceLabel] } });
  return Promise.all(
    rows.map(async (row) => {
      const container = docker.getContainer(row.Id);
      const { State } = Inspected.parse(await container.inspect());
      return {
        container,
        instance: row.Labels[instanceLabel] ?? '',
        deployment: row.Labels[deploymentLabel] ?? '',
        pid: State.Pid,
      };
    }),
  );
}

/** Seconds of processor time that everything in the VM has used since it was made. */
export function processorSecondsOf(vm: Vm): number {
  const old = controlGroup(vm, 'cpuacct');
  if (old) return Number(readFileSync(path.join(old, 'cpuacct.usage'), 'utf8')) / 1e9;
  const usage = /^usage_usec (\d+)$/m.exec(readFileSync(path.join(unifiedGroup(vm), 'cpu.stat'), 'utf8'));
  return Number(usage?.[1]) / 1e6;
}

/** MiB: all memory that is charged to the VM, as `podman stats` shows it, and the part of it that is no cache of files. */
export function memoryOf(vm: Vm): { charged: number; anonymous: number } {
  const old = controlGroup(vm, 'memory');
  const folder = old ?? unifiedGroup(vm);
  const charged = readFileSync(path.join(folder, old ? 'memory.usage_in_bytes' : 'memory.current'), 'utf8');
  const pattern = old ? /^total_rss (\d+)$/m : /^anon (\d+)$/m;
  const anonymous = pattern.exec(readFileSync(path.join(folder, 'memory.stat'), 'utf8'));
  return { charged: Number(charged) / mebibyte, anonymous: Number(anonymous?.[1]) / mebibyte };
}

/** KiB of the agent's process in a VM. */
export function agentMemoryOf(vm: Vm): { rss: number; pss: number; own: number } {
  const text = readFileSync(`/proc/${agentPid(vm)}/smaps_rollup`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]);
  return { rss: field('Rss'), pss: field('Pss'), own: field('Private_Clean') + field('Private_Dirty') };
}

/** Seconds of processor time that a process, all below it, and those below it that have ended, have used. */
export function processorSecondsBelow(root: number): number {
  const all = processIds().flatMap((pid) => readIfAlive(() => readStat(pid)) ?? []);
  const below = new Set([root]);
  // parents are older than their children, but numbers start anew: look until nothing is found any more
  for (let found = -1; found !== below.size; ) {
    found = below.size;
    for (const { pid, parent } of all) if (below.has(parent)) below.add(pid);
  }
  return all.filter(({ pid }) => below.has(pid)).reduce((sum, { ticks }) => sum + ticks, 0) / ticksPerSecond;
}

function readStat(pid: number): { pid: number; parent: number; ticks: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // the name of the program stands in brackets and may hold blanks; after it come state, parent, …, utime, stime, cutime, cstime
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { pid, parent: Number(fields[1]), ticks: fields.slice(11, 15).reduce((sum, text) => sum + Number(text), 0) };
}

function processIds(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Pods have namespaces of their own, so that the VM's own processes are those in the namespace of its first one. */
function agentPid(vm: Vm): number {
  const namespace = processNamespace(vm.pid);
  const found = processIds().find(
    (pid) => processNamespace(pid) === namespace && commandOf(pid).includes('/opt/tessera/agent.mjs'),
  );
  if (found === undefined) throw new Error(`No agent runs in ${vm.instance}.`);
  return found;
}

function processNamespace(pid: number): string | undefined {
  return readIfAlive(() => readlinkSync(`/proc/${pid}/ns/pid`));
}

function commandOf(pid: number): string[] {
  return readIfAlive(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')) ?? [];
}

/** Processes end while one reads of them. */
function readIfAlive<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // it has ended; nobody asks for it any more
    return undefined;
  }
}

/** Folder of the VM in one hierarchy of control groups version 1; undefined where there is none. */
function controlGroup(vm: Vm, controller: string): string | undefined {
  const group = groupsOf(vm).find(([, names]) => names?.split(',').includes(controller));
  return group ? path.join('/sys/fs/cgroup', controller, ofContainer(vm, group)) : undefined;
}

/** Folder of the VM in version 2. */
function unifiedGroup(vm: Vm): string {
  const group = groupsOf(vm).find(([number]) => number === '0');
  return path.join('/sys/fs/cgroup', group ? ofContainer(vm, group) : '');
}

/** Lines of the form `hierarchy:controllers:path`. */
function groupsOf(vm: Vm): string[][] {
  const lines = readFileSync(`/proc/${vm.pid}/cgroup`, 'utf8').trim().split('\n');
  return lines.map((line) => line.split(':'));
}

/** The first process may have moved into a child group; the VM is the container's group. */
function ofContainer(vm: Vm, [, , ...rest]: string[]): string {
  const inner = rest.join(':');
  const begin = inner.indexOf(vm.container.id);
  return begin < 0 ? inner : inner.slice(0, begin + vm.container.id.length);
}
