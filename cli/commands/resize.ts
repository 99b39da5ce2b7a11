import { type Command, Option } from 'commander';
import { confirm } from '../ask.ts';
import { CliError } from '../cli-error.ts';
import { ClusterAnswer, printCluster } from '../pks-cluster.ts';
import { printJson } from '../print.ts';
import { nodeCount } from './create-cluster.ts';
import { asUser, type PksContext } from './pks-command.ts';
import { waitForCluster } from './wait-for-cluster.ts';

type ResizeOptions = {
  numNodes?: number;
  num_nodes?: number;
  wait?: boolean;
  json?: boolean;
  nonInteractive?: boolean;
};

/** `update-cluster` and its older name `resize`: the number of worker nodes. */
export function addResize(program: Command, context: PksContext): void {
  for (const verb of ['update-cluster', 'resize']) {
    program
      .command(verb)
      .description(verb === 'resize' ? 'Older name of update-cluster' : 'Change a cluster')
      .argument('<name>', 'name of the cluster')
      .option('-n, --num-nodes <count>', 'worker nodes', nodeCount)
      .addOption(new Option('--num_nodes <count>', 'other spelling of --num-nodes').argParser(nodeCount).hideHelp())
      .option('--wait', 'wait until it is done')
      .option('--non-interactive', 'ask no questions')
      .option('--json', 'print the answer of the API')
      .action((name: string, options: ResizeOptions) => resize(name, options));
  }

  async function resize(name: string, options: ResizeOptions): Promise<void> {
    const workers = options.numNodes ?? options.num_nodes;
    if (!workers) throw new CliError('Give the number of worker nodes with --num-nodes.');
    if (!options.json) {
      context.print.line(`Update summary for cluster ${name}:`);
      context.print.line(`Worker Number: ${workers}`);
    }
    if (!options.nonInteractive && !(await confirm('Are you sure you want to continue?')))
      throw new CliError('Nothing was changed.');
    await asUser(context, async (client) => {
      await client.call('PATCH', `/clusters/${encodeURIComponent(name)}`, { kubernetes_worker_instances: workers });
      if (options.wait) {
        const done = await waitForCluster(context, client, name, Boolean(options.json));
        if (done && options.json) printJson(context.print, done);
        if (done && !options.json) printCluster(context.print, done);
        return;
      }
      if (options.json)
        return printJson(
          context.print,
          ClusterAnswer.parse(await client.call('GET', `/clusters/${encodeURIComponent(name)}`)),
        );
      context.print.line(`Use 'pks cluster ${name}' to monitor the state of your cluster`);
    });
  }
}
