import type { Command } from 'commander';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { ClusterAnswer, printCluster } from '../pks-cluster.ts';
import { printJson, printTable } from '../print.ts';
import { asUser, type PksContext } from './pks-command.ts';

export function addClusters(program: Command, context: PksContext): void {
  program
    .command('clusters')
    .alias('list-clusters')
    .description('List clusters')
    .option('--json', 'print the answer of the API')
    .action((options: { json?: boolean }) =>
      asUser(context, async (client) => {
        const answer = await client.call('GET', '/clusters');
        if (options.json) return printJson(context.print, answer);
        const clusters = z.array(ClusterAnswer).parse(answer);
        context.print.line();
        printTable(
          context.print,
          ['PKS Version', 'Name', 'k8s Version', 'Plan Name', 'UUID', 'Status', 'Action'],
          clusters.map((one) => [
            one.pks_version,
            one.name,
            one.k8s_version,
            one.plan_name,
            one.uuid,
            one.last_action_state,
            one.last_action,
          ]),
        );
      }),
    );

  program
    .command('cluster')
    .description('Show one cluster')
    .argument('<name>', 'name of the cluster')
    .option('--details', 'show settings too')
    .option('--json', 'print the answer of the API')
    .action((name: string, options: { json?: boolean; details?: boolean }) =>
      asUser(context, async (client) => {
        const answer = await client.find(
          `/${options.details ? 'clusterdetails' : 'clusters'}/${encodeURIComponent(name)}`,
        );
        if (answer === undefined) throw new CliError(`Cluster ${name} not found`);
        if (options.json) return printJson(context.print, answer);
        printCluster(context.print, ClusterAnswer.parse(answer));
      }),
    );
}
