import { type Command, InvalidArgumentError, Option } from 'commander';
import { ClusterAnswer, printCluster } from '../pks-cluster.ts';
import { printJson } from '../print.ts';
import { asUser, type PksContext } from './pks-command.ts';
import { waitForCluster } from './wait-for-cluster.ts';

type CreateOptions = {
  externalHostname: string;
  plan: string;
  numNodes?: number;
  num_nodes?: number;
  networkProfile?: string;
  kubernetesProfile?: string;
  computeProfile?: string;
  wait?: boolean;
  json?: boolean;
};

/** A count of worker nodes on the command line. */
export function nodeCount(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1)
    throw new InvalidArgumentError('It must be a whole number, at least 1.');
  return Number(text);
}

export function addCreateCluster(program: Command, context: PksContext): void {
  program
    .command('create-cluster')
    .description('Create a cluster')
    .argument('<name>', 'name of the cluster')
    .requiredOption('-e, --external-hostname <host>', 'host name by which the Kubernetes API is reached')
    .requiredOption('-p, --plan <plan>', 'name of a plan')
    .option('-n, --num-nodes <count>', 'worker nodes; the plan says how many when left out', nodeCount)
    .addOption(new Option('--num_nodes <count>', 'other spelling of --num-nodes').argParser(nodeCount).hideHelp())
    .option('--network-profile <name>', 'name of a network profile')
    .option('--kubernetes-profile <name>', 'name of a Kubernetes profile')
    .option('--compute-profile <name>', 'name of a compute profile')
    .option('--wait', 'wait until the cluster is there')
    .option('--non-interactive', 'ask no questions')
    .option('--json', 'print the answer of the API')
    .action((name: string, options: CreateOptions) => asUser(context, (client) => create(name, options, client)));

  async function create(
    name: string,
    options: CreateOptions,
    client: Parameters<typeof waitForCluster>[1],
  ): Promise<void> {
    const answer = await client.call('POST', '/clusters', requestOf(name, options));
    if (options.wait) {
      const done = await waitForCluster(context, client, name, Boolean(options.json));
      if (done && options.json) printJson(context.print, done);
      if (done && !options.json) printCluster(context.print, done);
      return;
    }
    if (options.json) return printJson(context.print, answer);
    printCluster(context.print, ClusterAnswer.parse(answer));
    context.print.line(`Use 'pks cluster ${name}' to monitor the state of your cluster`);
  }
}

function requestOf(name: string, options: CreateOptions): Record<string, unknown> {
  const workers = options.numNodes ?? options.num_nodes;
  return {
    name,
    plan_name: options.plan,
    ...(options.networkProfile ? { network_profile_name: options.networkProfile } : {}),
    ...(options.kubernetesProfile ? { kubernetes_profile_name: options.kubernetesProfile } : {}),
    ...(options.computeProfile ? { compute_profile_name: options.computeProfile } : {}),
    parameters: {
      kubernetes_master_host: options.externalHostname,
      kubernetes_master_port: 8443,
      ...(workers ? { kubernetes_worker_instances: workers } : {}),
    },
  };
}
