import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterView } from '../cli/console-views.ts';
import { type Benchmark, Figures, type Outcome } from './figure.ts';
import { applyChanges, endOfTask, withInstallation } from './installation.ts';
import { lookAround } from './surroundings.ts';
import { agentMemoryOf, listVms } from './vms.ts';

const idleMs = 2 * 60_000;

/** What the agent of a VM takes when nothing happens: in the VMs of a cluster of 1 + 2 and in the API VM. */
export const agentMemory: Benchmark = {
  summary: 'memory of the agent in idle VMs, two minutes after the cluster was made',
  run: ({ calmWithinMs, say }) =>
    withInstallation(async (installation): Promise<Outcome> => {
      const { client } = installation;
      await applyChanges(installation);
      const { taskId } = await client.mutate('clusters.create', ClusterView, {
        name: 'bench',
        planName: 'small',
        externalHostname: 'bench.bench.local',
        workerInstances: 2,
      });
      if (taskId !== null) await endOfTask(client, taskId);
      say('cluster made; two minutes of idling');
      await sleep(idleMs);
      const surroundings = await lookAround(calmWithinMs);
      const figures = new Figures();
      for (const vm of await listVms(installation)) {
        const group = vm.instance.split('/')[0] ?? '';
        const kind = group === 'pivotal-container-service' ? 'API VM' : group;
        const { rss, pss, own } = agentMemoryOf(vm);
        figures.add(`${kind}: resident (RSS)`, 'MiB', rss / 1024);
        figures.add(`${kind}: its share (PSS)`, 'MiB', pss / 1024);
        figures.add(`${kind}: private`, 'MiB', own / 1024);
      }
      return { figures: figures.list(), runs: [surroundings], notes: [] };
    }),
};
