import { setTimeout as sleep } from 'node:timers/promises';
import { hangVm } from '../../e2e/real/vm-processes.ts';
import { Figures } from '../figure.ts';
import { poll, secondsSince } from '../poll.ts';
import type { Vm } from '../vms.ts';
import { type Ground, type Instance, nodeOf } from './ground.ts';
import { Prober, web } from './prober.ts';
import type { Scenario } from './scenario.ts';

const deadlineMs = 120_000;
const noticedKilled = { limit: 1, by: 'every' } as const;
const noticedHung = { limit: 4, by: 'every' } as const;
const podsWithin = { limit: 4, by: 'every' } as const;
const replacedWithin = { limit: 10, by: 'every' } as const;
const settleMs = 1_000;

export const killedWorker: Scenario = {
  summary: 'worker VM with a pod killed: noticed, pods Ready elsewhere, VM replaced',
  size: 'small',
  runs: 10,
  run: (ground, runs, say) =>
    repeat(ground, runs, say, { noticed: noticedKilled, pods: podsWithin, replaced: replacedWithin }, (vm) =>
      vm.container.kill({ signal: 'SIGKILL' }),
    ),
};

export const hungWorker: Scenario = {
  summary: 'every process of a worker VM stopped: noticed, pods Ready elsewhere, VM replaced',
  size: 'small',
  runs: 10,
  run: (ground, runs, say) =>
    repeat(ground, runs, say, { noticed: noticedHung }, async (vm) => {
      hangVm(vm.pid);
    }),
};

type Limits = Partial<Record<'noticed' | 'pods' | 'replaced', { limit: number; by: 'every' }>>;

async function repeat(
  ground: Ground,
  runs: number,
  say: (sentence: string) => void,
  limits: Limits,
  hurt: (vm: Vm) => Promise<unknown>,
) {
  const figures = new Figures();
  const surroundings = [];
  for (let run = 1; run <= runs; run += 1) {
    surroundings.push(await ground.rest());
    say(`run ${run}: ${(await measure(ground, figures, limits, hurt)).toFixed(2)} s`);
  }
  const notes = ['One master, three workers; the web runs twice, once on the victim. A node that lives is asked.'];
  return { figures: figures.list(), runs: surroundings, notes };
}

async function measure(
  ground: Ground,
  figures: Figures,
  limits: Limits,
  hurt: (vm: Vm) => Promise<unknown>,
): Promise<number> {
  const { victim, witness } = await chooseVictim(ground);
  const vm = await ground.vmOf(victim);
  const prober = new Prober([web(() => `http://${witness.address}:${ground.webPort}/`)]);
  await sleep(settleMs);
  const hurtAt = Date.now();
  const begunAt = performance.now();
  await hurt(vm);
  const noticed = ground.noticedAt(victim, hurtAt).then((at) => (at - hurtAt) / 1000);
  const moved = poll(() => isMoved(ground, victim), { what: 'the pods elsewhere', everyMs: 50, deadlineMs });
  const movedSeconds = moved.then(() => secondsSince(begunAt));
  await poll(async () => (await ground.instance(`${victim.group}/${victim.index}`)).vmCid !== victim.vmCid, {
    what: 'another VM',
    everyMs: 100,
    deadlineMs,
  });
  await poll(() => ground.kubernetes.isInService(nodeOf(victim), hurtAt), {
    what: 'the node to be Ready',
    everyMs: 100,
    deadlineMs,
  });
  const replaced = secondsSince(begunAt);
  figures.add('noticed', 's', await noticed, limits.noticed);
  figures.add('its pods Ready elsewhere', 's', await movedSeconds, limits.pods);
  figures.add('VM replaced, node Ready', 's', replaced, limits.replaced);
  await prober.stop();
  figures.add('web: outage', 's', prober.outage('web', begunAt));
  figures.add('web: longest gap', 's', prober.longestGap('web', begunAt));
  return replaced;
}

/** A worker with a web pod, and another that can be asked meanwhile. */
export async function chooseVictim(ground: Ground): Promise<{ victim: Instance; witness: Instance }> {
  const nodes = new Set((await ground.webPods()).map((pod) => pod.node));
  const workers = (await ground.instances()).filter((one) => one.group === 'worker');
  const victim = workers.find((one) => nodes.has(nodeOf(one)));
  const witness = workers.find((one) => one !== victim);
  if (!victim || !witness) throw new Error('There is no worker with a web pod, or no other one.');
  return { victim, witness };
}

/** Both web pods are Ready, and neither is on the victim. */
export async function isMoved(ground: Ground, victim: Instance): Promise<boolean> {
  return (await ground.webPods()).filter((pod) => pod.node !== nodeOf(victim)).length === 2;
}
