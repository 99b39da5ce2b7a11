import type { Command } from 'commander';
import { confirm } from '../ask.ts';
import { CliError } from '../cli-error.ts';
import { asUser, type PksContext } from './pks-command.ts';
import { waitForCluster } from './wait-for-cluster.ts';

type DeleteOptions = { wait?: boolean; nonInteractive?: boolean };

export function addDeleteCluster(program: Command, context: PksContext): void {
  program
    .command('delete-cluster')
    .description('Delete a cluster with its nodes and volumes')
    .argument('<name>', 'name of the cluster')
    .option('--wait', 'wait until it is gone')
    .option('--non-interactive', 'ask no questions')
    .action(async (name: string, options: DeleteOptions) => {
      if (!options.nonInteractive && !(await confirm(`Are you sure you want to delete cluster ${name}?`))) {
        throw new CliError('Nothing was deleted.');
      }
      await asUser(context, async (client) => {
        await client.call('DELETE', `/clusters/${encodeURIComponent(name)}`);
        context.print.line(`Deletion of ${name} in progress`);
        if (!options.wait) return;
        await waitForCluster(context, client, name, true);
        context.print.line(`Deletion of ${name} completed`);
      });
    });
}
