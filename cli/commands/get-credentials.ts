import type { Command } from 'commander';
import { kubeconfigFile, mergeKubeconfig } from '../kubeconfig-file.ts';
import { asUser, type PksContext } from './pks-command.ts';

export function addGetCredentials(program: Command, context: PksContext): void {
  program
    .command('get-credentials')
    .description('Write the credentials of a cluster into the kubeconfig and make it the current context')
    .argument('<name>', 'name of the cluster')
    .action((name: string) =>
      asUser(context, async (client) => {
        context.print.line();
        context.print.line(`Fetching credentials for cluster ${name}.`);
        const answer = await client.call('POST', `/clusters/${encodeURIComponent(name)}/binds`, {});
        const added = mergeKubeconfig(kubeconfigFile(context.environment), answer);
        context.print.line(`Context set for cluster ${added['current-context'] ?? name}.`);
        context.print.line();
        context.print.line('You can now switch between clusters by using:');
        context.print.line('$ kubectl config use-context <cluster-name>');
      }),
    );
}
