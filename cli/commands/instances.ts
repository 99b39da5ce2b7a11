import type { Command } from 'commander';
import { z } from 'zod';
import { ClusterView, InstanceView, ProductView } from '../console-views.ts';
import { printJson, printTable } from '../print.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

const Cluster = ClusterView.extend({ uuid: z.string() });

type InstancesOptions = { deployment?: string; ps?: boolean; failing?: boolean; json?: boolean };

/** The columns of `bosh instances --ps`, and what is known of a process beside its state. */
const PROCESS_HEAD = [
  'Instance',
  'Process',
  'Process State',
  'AZ',
  'IPs',
  'Deployment',
  'PID',
  'Uptime',
  'CPU',
  'Memory',
  'Restarts',
  'Last Exit',
];

/** VMs of products and clusters, and the clusters themselves. */
export function addInstances(program: Command, context: TesseraContext): void {
  const { print } = context;
  program
    .command('instances')
    .description('List instances, with --ps their processes')
    .option('-d, --deployment <name>', 'one deployment only')
    .option('--ps', 'list processes too')
    .option('--json', 'print the answer of the console')
    .option('--failing', 'only those that do not run')
    .action(async (options: InstancesOptions) => {
      const client = consoleOf(context);
      const deployments = options.deployment ? [options.deployment] : await deploymentsOf(client);
      const lists = await Promise.all(
        deployments.map((deployment) => client.query('instances.list', z.array(InstanceView), { deployment })),
      );
      const instances = lists.flat().filter((one) => !options.failing || isFailing(one));
      if (options.json) return printJson(print, instances);
      if (options.ps) printTable(print, PROCESS_HEAD, instances.flatMap(processRows));
      else
        printTable(
          print,
          ['Instance', 'Process State', 'AZ', 'IPs', 'Deployment'],
          instances.map((one) => [nameOf(one), one.jobState, one.az, one.address, one.deployment]),
        );
      print.line();
      print.line(`${instances.length} instances`);
    });

  program
    .command('clusters')
    .description('List clusters')
    .option('--json', 'print the answer of the console')
    .action(async (options: { json?: boolean }) => {
      const clusters = await consoleOf(context).query('clusters.list', z.array(ClusterView));
      if (options.json) return printJson(print, clusters);
      printTable(
        print,
        ['Name', 'Plan', 'Workers', 'API', 'Kubernetes', 'Owner', 'Status', 'Action'],
        clusters.map((one) => [
          one.name,
          one.planName,
          String(one.workerInstances),
          one.masterAddress ? `${one.masterAddress}:${one.port}` : '-',
          one.kubernetesVersion,
          one.owner,
          one.lastActionState,
          one.lastAction,
        ]),
      );
    });
}

const nameOf = (one: InstanceView): string => `${one.group}/${one.id}`;

const isFailing = (one: InstanceView): boolean =>
  one.jobState !== 'running' || one.processes.some((process) => process.state !== 'running');

/** One row of the instance, one for each of its processes; as in BOSH's output, `~` repeats the instance and `-` says nothing. */
function processRows(one: InstanceView): string[][] {
  const nothing = ['-', '-', '-', '-', '-', '-'];
  return [
    [nameOf(one), '-', one.jobState, one.az, one.address, one.deployment, ...nothing],
    ...one.processes.map((process) => [
      '~',
      process.name,
      process.state,
      '-',
      '-',
      '-',
      process.pid === null ? '-' : String(process.pid),
      process.uptimeSeconds === null ? '-' : spanOf(process.uptimeSeconds),
      process.cpuPercent === null ? '-' : `${process.cpuPercent}%`,
      process.memoryKib === null ? '-' : `${Math.round(process.memoryKib / 1024)} MiB`,
      String(process.restarts),
      process.lastExit ?? '-',
    ]),
  ];
}

/** As BOSH writes uptimes: `1d 2h 3m 4s`, without the zeros in front. */
function spanOf(seconds: number): string {
  const whole = Math.floor(seconds);
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ] as const;
  const first = parts.findIndex(([value]) => value > 0);
  return parts
    .slice(first < 0 ? -1 : first)
    .map(([value, unit]) => `${value}${unit}`)
    .join(' ');
}

async function deploymentsOf(client: ReturnType<typeof consoleOf>): Promise<string[]> {
  const products = await client.query('products.list', z.array(ProductView));
  const clusters = await client.query('clusters.list', z.array(Cluster));
  return [...products.map((product) => product.guid), ...clusters.map((cluster) => `service-instance_${cluster.uuid}`)];
}
