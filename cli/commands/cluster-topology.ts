import type { Command } from 'commander';
import { z } from 'zod';
import { ClusterView, InstanceView } from '../console-views.ts';
import { type Printer, printBlock, printJson, printTable } from '../print.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

const Cluster = ClusterView.extend({ uuid: z.string() });

/** One cluster as its page shows it: properties, then AZ → VM → process. */
export function addClusterTopology(program: Command, context: TesseraContext): void {
  const { print } = context;
  program
    .command('cluster')
    .description('Show one cluster with its VMs and their processes')
    .argument('<name>', 'name of the cluster')
    .option('--json', 'print the answer of the console')
    .action(async (name: string, options: { json?: boolean }) => {
      const client = consoleOf(context);
      const cluster = await client.query('clusters.read', Cluster, { name });
      const deployment = `service-instance_${cluster.uuid}`;
      const instances = await client.query('instances.list', z.array(InstanceView), { deployment });
      if (options.json) return printJson(print, { ...cluster, instances });
      printCluster(print, cluster);
      print.line();
      printTopology(print, instances);
    });
}

function printCluster(print: Printer, cluster: z.infer<typeof Cluster>): void {
  printBlock(print, [
    ['Name', cluster.name],
    ['UUID', cluster.uuid],
    ['Last action', `${cluster.lastAction} ${cluster.lastActionState}`],
    ['Description', cluster.lastActionDescription],
    ['Plan', `${cluster.planName}, ${cluster.masterInstances} + ${cluster.workerInstances} nodes`],
    ['API address', cluster.masterAddress ? `${cluster.masterAddress}:${cluster.port}` : 'not yet'],
    ['External host name', cluster.externalHostname],
    ['Kubernetes', cluster.kubernetesVersion],
    ['Owner', cluster.owner],
    ['Task', cluster.taskId === null ? '-' : String(cluster.taskId)],
  ]);
}

function printTopology(print: Printer, instances: readonly InstanceView[]): void {
  if (instances.length === 0) {
    print.line('No VM is known.');
    return;
  }
  const byZone = instances.toSorted((a, b) => a.az.localeCompare(b.az));
  const rows = byZone.flatMap((one, position) => [
    [
      byZone[position - 1]?.az === one.az ? '' : one.az,
      `${one.group}/${one.index}`,
      one.jobState,
      one.address,
      one.vmType,
      '',
    ],
    ...one.processes.map((process) => [
      '',
      `  ${process.name}`,
      process.state,
      '',
      '',
      process.restarts > 0 ? String(process.restarts) : '',
    ]),
  ]);
  printTable(print, ['AZ', 'VM', 'State', 'Address', 'VM type', 'Restarts'], rows);
}
