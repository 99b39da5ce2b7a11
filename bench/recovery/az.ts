import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Pod } from '../../e2e/real/kubernetes.ts';
import { Figures } from '../figure.ts';
import { endOfTask } from '../installation.ts';
import { poll, secondsSince } from '../poll.ts';
import { type Ground, type Instance, nodeOf } from './ground.ts';
import { holdsAddress, isLeader } from './leader.ts';
import { apiReads, apiWrites, Prober, web } from './prober.ts';
import type { Scenario } from './scenario.ts';

const settleMs = 2_000;
const watchedMs = 25_000;
const deadlineMs = 120_000;
const plain = { limit: 2.5, by: 'every' } as const;
const leading = { limit: 4, by: 'every' } as const;
const podsWithin = { limit: 20, by: 'every' } as const;
const Asked = z.looseObject({ taskId: z.number() });

/** Every VM of one AZ off at once, the API VM too if it lies there; each AZ in turn. */
export const azOff: Scenario = {
  summary:
    'one of three AZs switched off: outage of a service with replicas in other AZs, pods Ready, cluster whole after it is on again',
  size: 'medium',
  runs: 10,
  async run(ground, runs, say) {
    const figures = new Figures();
    const surroundings = [];
    const homes = new Map((await ground.instances()).map((one) => [one.id, one.az]));
    const azs = [...new Set(homes.values())].toSorted();
    const areHome = async () => (await ground.instances()).every((one) => one.az === homes.get(one.id));
    for (let run = 1; run <= runs; run += 1) {
      await poll(areHome, { what: 'guests to be home', everyMs: 500, deadlineMs });
      surroundings.push(await ground.rest());
      const az = azs[run % azs.length] ?? '';
      say(`run ${run}, ${az}: ${await measure(ground, az, figures)}`);
    }
    return { figures: figures.list(), runs: surroundings, notes: [] };
  },
};

async function measure(ground: Ground, az: string, figures: Figures): Promise<string> {
  const all = await ground.instances();
  const hit = all.filter((one) => one.az === az);
  const witness = all.find((one) => one.group === 'worker' && one.az !== az);
  if (!witness) throw new Error(`No worker lies outside ${az}.`);
  const leads = await hasLeader(ground, hit);
  const nodes = new Set(hit.map(nodeOf));
  // only it takes dead pods from the endpoints
  const controls = nodes.has((await ground.kubernetes.leaderOf('kube-controller-manager')) ?? '');
  // A guest that stands in for a worker of this AZ bears its node name and may start the very pods again before any controller has deleted
  // them: they count from their new start on. Their condition was never anything but Ready.
  const lost = (await ground.webPods()).filter((pod) => nodes.has(pod.node ?? '')).map((pod) => pod.name);
  const prober = new Prober([
    apiReads(ground.kubernetes),
    apiWrites(ground.kubernetes),
    web(() => `http://${witness.address}:${ground.webPort}/`),
  ]);
  await sleep(settleMs);
  const begunAt = performance.now();
  const offAt = Date.now();
  const isBack = (pod: Pod) => !lost.includes(pod.name) || pod.startedAt >= offAt;
  await switchAz(ground, az, 'off');
  const back = poll(async () => (await ground.webPods()).filter(isBack).length === 2, {
    what: 'the pods of the AZ to run again',
    everyMs: 100,
    deadlineMs,
  }).then(() => secondsSince(begunAt));
  await sleep(watchedMs);
  const kind = leads ? 'AZ with the etcd leader or the API address' : 'AZ without leader and address';
  const limit = leads ? leading : plain;
  const outage = prober.outage('web', begunAt);
  const seconds = await back;
  figures.add(`${kind}: outage of the web`, 's', outage, limit);
  figures.add(`${kind}: longest gap of API writes`, 's', prober.longestGap('API writes', begunAt));
  if (lost.length > 0) figures.add('all pods run again', 's', seconds, podsWithin);
  await prober.stop();
  const onAt = performance.now();
  await endOfTask(ground.installation.client, await switchAz(ground, az, 'on'));
  await ground.untilWhole();
  figures.add('AZ on again until the cluster is whole', 's', secondsSince(onAt));
  const whose = `${leads ? 'with' : 'without'} leader or address, ${controls ? 'with' : 'without'} the controller-manager that leads`;
  return `${whose}, ${lost.length} pods lost: outage ${outage.toFixed(2)} s, pods ${seconds.toFixed(2)} s`;
}

async function hasLeader(ground: Ground, hit: Instance[]): Promise<boolean> {
  for (const master of hit.filter((one) => one.group === 'master')) {
    const vm = await ground.vmOf(master);
    if ((await isLeader(vm)) || (await holdsAddress(vm, master.address))) return true;
  }
  return false;
}

async function switchAz(ground: Ground, az: string, power: 'on' | 'off'): Promise<number> {
  const asked = { az, power, reason: 'benchmark' };
  return (await ground.installation.client.mutate('infrastructure.setAzPower', Asked, asked)).taskId;
}
