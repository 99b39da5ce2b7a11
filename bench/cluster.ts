import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ClusterView } from '../cli/console-views.ts';
import type { Kubernetes } from '../e2e/real/kubernetes.ts';
import {
  type Benchmark,
  type BenchmarkOptions,
  type Figure,
  Figures,
  type Outcome,
  type Surroundings,
} from './figure.ts';
import {
  applyChanges,
  configure,
  containerService,
  endOfTask,
  type Installation,
  openKubernetes,
  secondsFrom,
  withInstallation,
} from './installation.ts';
import { poll, secondsSince } from './poll.ts';
import { busySeconds, lookAround } from './surroundings.ts';
import { listVms, memoryOf, processorSecondsBelow, processorSecondsOf, type Vm } from './vms.ts';

interface Size {
  plan: string;
  masters: number;
  workers: number;
  targetSeconds: number;
}

const Stage = z.looseObject({ title: z.string(), startedAt: z.string(), finishedAt: z.string() });
const nodesEveryMs = 250;
const nodesDeadlineMs = 5 * 60_000;
/** Deleted clusters are still being cleared from the machine when their task has ended. */
const restMs = 5_000;

export const smallCluster: Benchmark = {
  summary: 'cluster of 1 master and 2 workers until it has passed its smoke test; processor time, memory',
  run: ({ runs = 3, calmWithinMs, say }) =>
    measureClusters({ plan: 'small', masters: 1, workers: 2, targetSeconds: 20 }, { runs, calmWithinMs, say }),
};

export const bigCluster: Benchmark = {
  summary: 'cluster of 3 masters and 3 workers over 3 AZs, the same way',
  run: ({ runs = 2, calmWithinMs, say }) =>
    measureClusters({ plan: 'medium', masters: 3, workers: 3, targetSeconds: 40 }, { runs, calmWithinMs, say }),
};

function measureClusters(size: Size, { runs, calmWithinMs, say }: Required<BenchmarkOptions>): Promise<Outcome> {
  return withInstallation(async (installation) => {
    if (size.plan === 'medium')
      await configure(installation, containerService, 'plan2', { '.properties.plan2_selector': 'Plan Active' });
    await applyChanges(installation);
    const figures = new Figures();
    const surroundings: Surroundings[] = [];
    for (let run = 1; run <= runs; run += 1) {
      await sleep(restMs);
      surroundings.push(await lookAround(calmWithinMs));
      const name = `bench-${run}`;
      const seconds = await measureCreation(installation, name, size, figures);
      say(`run ${run}: ${seconds.toFixed(2)} s`);
      await deleteCluster(installation, name);
    }
    return { figures: figures.list(), runs: surroundings, notes: [] };
  });
}

async function measureCreation(
  installation: Installation,
  name: string,
  size: Size,
  figures: Figures,
): Promise<number> {
  const { client, stack } = installation;
  const launcher = stack.pid('launcher');
  if (launcher === undefined) throw new Error('The launcher of the stack has ended.');
  const ownBefore = processorSecondsBelow(launcher);
  const busyBefore = busySeconds();
  const begunAt = performance.now();
  const sentAt = Date.now();
  const { taskId } = await client.mutate('clusters.create', ClusterView, {
    name,
    planName: size.plan,
    externalHostname: `${name}.bench.local`,
    workerInstances: size.workers,
  });
  if (taskId === null) throw new Error(`No task makes cluster ${name}.`);
  const [readySeconds, task] = await Promise.all([
    whenReady(installation, name, size, begunAt),
    endOfTask(client, taskId),
  ]);
  const seconds = secondsFrom(sentAt, task);
  const busy = busySeconds() - busyBefore;
  const own = processorSecondsBelow(launcher) - ownBefore;
  const vms = (await listVms(installation)).filter((vm) => vm.deployment.startsWith('service-instance_'));
  const inVms = sum(vms.map(processorSecondsOf));
  figures.add('all nodes Ready', 's', readySeconds);
  figures.add('succeeded: API, DNS and a pod answered', 's', seconds, { limit: size.targetSeconds, by: 'every' });
  figures.add('processor time in the VMs', 'CPU s', inVms);
  figures.add('processor time of director, console, Podman, PostgreSQL', 'CPU s', own);
  figures.add('processor time of everything else on the machine', 'CPU s', busy - own - inVms);
  addMemory(figures, vms);
  for (const { title, startedAt, finishedAt } of z.array(Stage).parse(task.stages))
    figures.add(`stage: ${title}`, 's', (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000);
  return seconds;
}

/** Seconds until the API tells as many Ready nodes as there are VMs. Masters are nodes too. */
async function whenReady({ client }: Installation, name: string, size: Size, begunAt: number): Promise<number> {
  const wanted = size.masters + size.workers;
  let kubernetes: Kubernetes | undefined;
  try {
    return await poll(
      async () => {
        kubernetes ??= await openKubernetes(client, name);
        return (await kubernetes.readyNodes()).length === wanted && secondsSince(begunAt);
      },
      { what: `${wanted} Ready nodes`, everyMs: nodesEveryMs, deadlineMs: nodesDeadlineMs },
    );
  } finally {
    kubernetes?.close();
  }
}

function addMemory(figures: Figures, vms: Vm[]): void {
  const unit: Figure['unit'] = 'MiB';
  const memory = vms.map(memoryOf);
  figures.add('memory of the VMs, as podman stats shows it', unit, sum(memory.map(({ charged }) => charged)));
  figures.add('memory of the VMs without cache of files', unit, sum(memory.map(({ anonymous }) => anonymous)));
}

async function deleteCluster({ client }: Installation, name: string): Promise<void> {
  const { taskId } = await client.mutate('clusters.remove', ClusterView, { name });
  if (taskId !== null) await endOfTask(client, taskId);
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
