import { z } from 'zod';
import { Figures } from '../figure.ts';
import { poll, secondsSince } from '../poll.ts';
import { type Ground, nodeOf } from './ground.ts';
import type { Scenario } from './scenario.ts';
import { chooseVictim, isMoved } from './workers.ts';

const watchedMs = 8 * 60_000;
const everyMs = 500;

/** What upstream's defaults do by themselves: the yardstick of the other figures. */
export const noReaction: Scenario = {
  summary: 'worker VM killed with resurrection off: what Kubernetes does alone',
  size: 'small',
  runs: 2,
  async run(ground, runs, say) {
    const figures = new Figures();
    const surroundings = [];
    for (let run = 1; run <= runs; run += 1) {
      surroundings.push(await ground.rest());
      say(`run ${run}: ${(await measure(ground, figures)).toFixed(0)} s`);
    }
    const notes = [
      'Resurrection off for the cluster. Without it nobody replaces the VM; it was switched on again at the end of each run.',
    ];
    return { figures: figures.list(), runs: surroundings, notes };
  },
};

async function measure(ground: Ground, figures: Figures): Promise<number> {
  const { client } = ground.installation;
  const setting = { enabled: true, off: [ground.deployment] };
  await client.mutate('health.setResurrection', z.unknown(), setting);
  try {
    const { victim } = await chooseVictim(ground);
    const vm = await ground.vmOf(victim);
    const begunAt = performance.now();
    await vm.container.kill({ signal: 'SIGKILL' });
    await poll(async () => !(await ground.kubernetes.readyNodes()).includes(nodeOf(victim)), {
      what: 'the node to be NotReady',
      everyMs,
      deadlineMs: watchedMs,
    });
    figures.add('node NotReady', 's', secondsSince(begunAt));
    await poll(() => isMoved(ground, victim), { what: 'the pods elsewhere', everyMs, deadlineMs: watchedMs });
    const seconds = secondsSince(begunAt);
    figures.add('its pods Ready elsewhere', 's', seconds);
    return seconds;
  } finally {
    await client.mutate('health.setResurrection', z.unknown(), { enabled: true, off: [] });
  }
}
