import type { Command } from 'commander';
import { z } from 'zod';
import { ClusterView, InstanceView, ProductView } from '../console-views.ts';
import { printJson, printTable } from '../print.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

const Cluster = ClusterView.extend({ uuid: z.string() });

/** VMs of products and clusters, and the clusters themselves. */
export function addInstances(program: Command, context: TesseraContext): void {
  const { print } = context;
  program
    .command('instances')
    .description('List instances, with --ps their processes')
    .option('-d, --deployment <name>', 'one deployment only')
    .option('--ps', 'list processes too')
    .option('--json', 'print the answer of the console')
    .action(async (options: { deployment?: string; ps?: boolean; json?: boolean }) => {
      const client = consoleOf(context);
      const deployments = options.deployment ? [options.deployment] : await deploymentsOf(client);
      const lists = await Promise.all(
        deployments.map((deployment) => client.query('instances.list', z.array(InstanceView), { deployment })),
      );
      const instances = lists.flat();
      if (options.json) return printJson(print, instances);
      printTable(
        print,
        ['Deployment', 'Instance', 'State', 'AZ', 'Address', 'VM type'],
        instances.flatMap((one) => [
          [one.deployment, `${one.group}/${one.id}`, one.jobState, one.az, one.address, one.vmType],
          ...(options.ps ? one.processes.map((process) => ['', `  ${process.name}`, process.state, '', '', '']) : []),
        ]),
      );
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

async function deploymentsOf(client: ReturnType<typeof consoleOf>): Promise<string[]> {
  const products = await client.query('products.list', z.array(ProductView));
  const clusters = await client.query('clusters.list', z.array(Cluster));
  return [...products.map((product) => product.guid), ...clusters.map((cluster) => `service-instance_${cluster.uuid}`)];
}
