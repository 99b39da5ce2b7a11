import { findProcess, runInVm, signal } from '../../e2e/real/vm-processes.ts';
import { Figures } from '../figure.ts';
import { poll, secondsSince } from '../poll.ts';
import type { Ground } from './ground.ts';
import type { Scenario } from './scenario.ts';

const lookMs = 2;
const askMs = 20;
const deadlineMs = 30_000;
const runsAgain = { limit: 0.2, by: 'every' } as const;

interface Process {
  name: string;
  vm: string;
  /** Command in the VM that ends well when the process is healthy. */
  healthy: string[];
  limitSeconds: number;
}

const ask = (url: string): string[] => [
  'curl',
  '--silent',
  '--fail',
  '--insecure',
  '--max-time',
  '1',
  '--output',
  '/dev/null',
  url,
];

/** Limits of the single master and of a worker. */
const PROCESSES: readonly Process[] = [
  { name: 'etcd', vm: 'master/0', healthy: ask('http://127.0.0.1:2381/health'), limitSeconds: 3 },
  { name: 'kube-apiserver', vm: 'master/0', healthy: ask('https://127.0.0.1:8443/readyz'), limitSeconds: 3 },
  { name: 'kube-controller-manager', vm: 'master/0', healthy: ask('https://127.0.0.1:10257/healthz'), limitSeconds: 1 },
  { name: 'kube-scheduler', vm: 'master/0', healthy: ask('https://127.0.0.1:10259/healthz'), limitSeconds: 1 },
  { name: 'containerd', vm: 'worker/0', healthy: ['ctr', 'version'], limitSeconds: 1 },
  { name: 'kubelet', vm: 'worker/0', healthy: ask('http://127.0.0.1:10248/healthz'), limitSeconds: 1 },
  { name: 'kube-proxy', vm: 'worker/0', healthy: ask('http://127.0.0.1:10256/healthz'), limitSeconds: 1 },
  { name: 'flanneld', vm: 'worker/0', healthy: ask('http://127.0.0.1:8471/healthz'), limitSeconds: 1.5 },
];

export const processes: Scenario = {
  summary: 'each process killed: runs again, healthy',
  size: 'small',
  runs: 10,
  async run(ground, runs, say) {
    const figures = new Figures();
    const surroundings = [];
    for (let run = 1; run <= runs; run += 1) {
      surroundings.push(await ground.rest());
      for (const process of PROCESSES) await measure(ground, process, figures);
      say(`run ${run} of ${runs} done`);
    }
    return { figures: figures.list(), runs: surroundings, notes: [] };
  },
};

async function measure(ground: Ground, { name, vm, healthy, limitSeconds }: Process, figures: Figures): Promise<void> {
  await ground.untilWhole();
  const { pid: firstPid } = await ground.vmOf(await ground.instance(vm));
  const before = findProcess(firstPid, name);
  if (!before) throw new Error(`${name} does not run on ${vm}.`);
  const begunAt = performance.now();
  signal(before.pid, 'SIGKILL');
  await poll(async () => (findProcess(firstPid, name)?.pid ?? before.pid) !== before.pid, {
    what: `another ${name}`,
    everyMs: lookMs,
    deadlineMs,
  });
  figures.add(`${name}: runs again`, 's', secondsSince(begunAt), runsAgain);
  await poll(() => isHealthy(firstPid, healthy), { what: `${name} to be healthy`, everyMs: askMs, deadlineMs });
  figures.add(`${name}: healthy`, 's', secondsSince(begunAt), { limit: limitSeconds, by: 'every' });
}

async function isHealthy(firstPid: number, command: string[]): Promise<boolean> {
  await runInVm(firstPid, ...command);
  return true;
}
