import { join } from 'node:path';

/** Where the agent finds and keeps things. `root` is `/` in a VM; tests give a folder. */
export type Paths = {
  bootstrap: string;
  /** `<jobs>/<job>` → the version of the job's files in force. */
  jobs: string;
  /** Versions of jobs' files, on tmpfs: `<versions>/<job>/<digest>`. */
  versions: string;
  logs: string;
  /** One runit service folder a process. Not the folder that runsvdir scans: it would start new services only seconds later. */
  services: string;
  /** What must outlive the agent, but not the VM. */
  kept: string;
  applied: string;
  /** One line for each end of a process: `<process> <exit code> <signal>`. */
  exits: string;
  /** FIFO that wakes the agent when a line was added to `exits`. */
  bell: string;
  /** Touched each second; a watchdog kills an agent that stops doing so. */
  alive: string;
  /** Faults of drills with their undos, on tmpfs. */
  faults: string;
  /** Program that stops the VM from inside. */
  halt: string;
  store: string;
  data: string;
};

export function agentPaths(root: string): Paths {
  const run = join(root, 'var/vcap/sys/run/tessera');
  return {
    bootstrap: join(root, 'var/vcap/bootstrap/agent.json'),
    jobs: join(root, 'var/vcap/jobs'),
    versions: join(run, 'jobs'),
    logs: join(root, 'var/vcap/sys/log'),
    services: join(root, 'run/jobs'),
    kept: join(run, 'kept.json'),
    applied: join(run, 'applied.json'),
    exits: join(run, 'exits'),
    bell: join(run, 'bell'),
    alive: join(root, 'run/tessera-agent/alive'),
    faults: join(root, 'run/tessera-faults'),
    halt: join(root, 'usr/local/sbin/halt'),
    store: join(root, 'var/vcap/store'),
    data: join(root, 'var/vcap/data'),
  };
}
