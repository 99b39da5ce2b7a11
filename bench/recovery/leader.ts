import { setTimeout as sleep } from 'node:timers/promises';
import { runInVm } from '../../e2e/real/vm-processes.ts';
import { Figures } from '../figure.ts';
import { poll, secondsSince } from '../poll.ts';
import type { Vm } from '../vms.ts';
import { type Ground, nodeOf } from './ground.ts';
import { apiReads, apiWrites, Prober, web } from './prober.ts';
import type { Scenario } from './scenario.ts';

const settleMs = 2_000;
const watchedMs = 8_000;
const replacedWithinMs = 120_000;
const reads = { limit: 1.2, by: 'every' } as const;
const writes = { limit: 1.6, by: 'every' } as const;

/** The master that leads etcd and holds the API's address, where one does both; else the one that leads. */
export const killedLeader: Scenario = {
  summary: 'leader master of three killed: longest gap of API reads and writes, node Ready again',
  size: 'medium',
  runs: 10,
  async run(ground, runs, say) {
    const figures = new Figures();
    const surroundings = [];
    for (let run = 1; run <= runs; run += 1) {
      surroundings.push(await ground.rest());
      say(`run ${run}: ${(await measure(ground, figures)).toFixed(2)} s`);
    }
    const notes = [
      'Reads: GET /readyz at the API address every 50 ms. Writes: a merge patch every 100 ms. Each is asked in time, even while others wait.',
    ];
    return { figures: figures.list(), runs: surroundings, notes };
  },
};

async function measure(ground: Ground, figures: Figures): Promise<number> {
  const masters = (await ground.instances()).filter((one) => one.group === 'master');
  const vms = await Promise.all(masters.map((one) => ground.vmOf(one)));
  const leads = await Promise.all(vms.map(isLeader));
  const holds = await Promise.all(vms.map((vm, index) => holdsAddress(vm, masters[index]?.address ?? '')));
  const at = leads.indexOf(true);
  const victim = vms[at];
  const instance = masters[at];
  if (!victim || !instance) throw new Error('No member says that it leads.');
  const worker = (await ground.instances()).find((one) => one.group === 'worker');
  const prober = new Prober([
    apiReads(ground.kubernetes),
    apiWrites(ground.kubernetes),
    web(() => `http://${worker?.address}:${ground.webPort}/`),
  ]);
  await sleep(settleMs);
  const begunAt = performance.now();
  const killedAt = Date.now();
  await victim.container.kill({ signal: 'SIGKILL' });
  await sleep(watchedMs);
  const kind = holds[at] ? 'leader that holds the address' : 'leader without the address';
  figures.add(`${kind}: longest gap of reads`, 's', prober.longestGap('API reads', begunAt), reads);
  figures.add(`${kind}: longest gap of writes`, 's', prober.longestGap('API writes', begunAt), writes);
  figures.add('web: outage', 's', prober.outage('web', begunAt));
  await prober.stop();
  await poll(() => ground.kubernetes.isInService(nodeOf(instance), killedAt), {
    what: 'the master to be in service',
    everyMs: 100,
    deadlineMs: replacedWithinMs,
  });
  await ground.untilWhole();
  const whole = secondsSince(begunAt);
  figures.add('master replaced, cluster whole', 's', whole);
  return whole;
}

export async function isLeader(vm: Vm): Promise<boolean> {
  const metrics = await runInVm(vm.pid, 'curl', '--silent', '--max-time', '2', 'http://127.0.0.1:2381/metrics');
  return /^etcd_server_is_leader 1$/m.test(metrics);
}

/** The API's address is a second one beside the VM's own. */
export async function holdsAddress(vm: Vm, own: string): Promise<boolean> {
  const addresses = await runInVm(vm.pid, 'ip', '-4', '-o', 'address', 'show', 'dev', 'eth0');
  return addresses.split('\n').filter((line) => line !== '' && !line.includes(` ${own}/`)).length > 0;
}
