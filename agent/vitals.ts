import { readFileSync, statfsSync, statSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { Vitals } from '#model/deployment.ts';
import type { Clock } from './clock.ts';
import type { Paths } from './paths.ts';
import { ageOf } from './process-stats.ts';

/** A memory limit beyond this is "no limit" in the first version of control groups. */
const NO_LIMIT = 2 ** 60;

/**
 * Vitals of the VM. In a container-backed VM /proc tells of the host, so memory and processor time come from the control group;
 * load averages stay the host's.
 */
export class VitalsReader {
  readonly #paths: Paths;
  readonly #clock: Clock;
  #last: { at: number; cpuSeconds: number };

  constructor(paths: Paths, clock: Clock) {
    this.#paths = paths;
    this.#clock = clock;
    this.#last = { at: clock.monotonic(), cpuSeconds: cpuSeconds() };
  }

  read(): Vitals {
    const now = { at: this.#clock.monotonic(), cpuSeconds: cpuSeconds() };
    const seconds = (now.at - this.#last.at) / 1000;
    const used = seconds > 0 ? (now.cpuSeconds - this.#last.cpuSeconds) / seconds / cpus().length : 0;
    this.#last = now;
    const memory = readMemory();
    const [one = 0, five = 0, fifteen = 0] = readFileSync('/proc/loadavg', 'utf8').split(' ').map(Number);
    return {
      cpuPercent: percent(used),
      memoryKib: Math.round(memory.used / 1024),
      memoryPercent: percent(memory.used / memory.limit),
      load: [one, five, fifteen],
      disk: {
        system: diskPercent('/') ?? 0,
        ephemeral: mountedPercent(this.#paths.data),
        persistent: mountedPercent(this.#paths.store),
      },
      uptimeSeconds: Math.round(ageOf(1) ?? 0),
    };
  }
}

/** Processor seconds used so far by the whole VM. */
function cpuSeconds(): number {
  const second = readNumber('/sys/fs/cgroup/cpu.stat', /^usage_usec (\d+)/m);
  if (second !== null) return second / 1e6;
  const first =
    readNumber('/sys/fs/cgroup/cpuacct/cpuacct.usage') ?? readNumber('/sys/fs/cgroup/cpu,cpuacct/cpuacct.usage');
  if (first !== null) return first / 1e9;
  const [, user = 0, nice = 0, system = 0] = readFileSync('/proc/stat', 'utf8').split(/\s+/, 5).map(Number);
  return (user + nice + system) / 100;
}

/** Bytes in use, without file cache that can be dropped, and the limit. */
function readMemory(): { used: number; limit: number } {
  const total = totalmem();
  for (const group of [
    { used: 'memory.current', limit: 'memory.max', stat: 'memory.stat', cache: /^inactive_file (\d+)/m },
    {
      used: 'memory/memory.usage_in_bytes',
      limit: 'memory/memory.limit_in_bytes',
      stat: 'memory/memory.stat',
      cache: /^total_inactive_file (\d+)/m,
    },
  ]) {
    const used = readNumber(`/sys/fs/cgroup/${group.used}`);
    if (used === null) continue;
    const cache = readNumber(`/sys/fs/cgroup/${group.stat}`, group.cache) ?? 0;
    const limit = readNumber(`/sys/fs/cgroup/${group.limit}`) ?? NO_LIMIT;
    return { used: Math.max(0, used - cache), limit: limit >= NO_LIMIT ? total : Math.min(limit, total) };
  }
  const available = readNumber('/proc/meminfo', /^MemAvailable:\s+(\d+)/m) ?? 0;
  return { used: total - available * 1024, limit: total };
}

/** The number in a file, or null when the file or the number is not there (`max`). */
function readNumber(path: string, pattern = /^(\d+)/): number | null {
  try {
    const found = pattern.exec(readFileSync(path, 'utf8'))?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    // this kernel or this version of control groups has no such file
    return null;
  }
}

/** Per cent in use of the disk mounted at `path`; null when none is. */
function mountedPercent(path: string): number | null {
  try {
    return statSync(path).dev === statSync('/').dev ? null : diskPercent(path);
  } catch {
    // the folder is not there
    return null;
  }
}

function diskPercent(path: string): number | null {
  const { blocks, bfree } = statfsSync(path);
  return blocks === 0 ? null : percent((blocks - bfree) / blocks);
}

const percent = (share: number): number => Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10;
