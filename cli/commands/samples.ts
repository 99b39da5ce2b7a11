import type { Command } from 'commander';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import type { ConsoleClient } from '../console-client.ts';
import { followTask } from '../follow-task.ts';
import { printJson, printTable } from '../print.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

const Sample = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  manifest: z.string(),
  requests: z.array(z.looseObject({ id: z.string(), name: z.string(), method: z.string(), path: z.string() })),
  state: z.string().nullable(),
  taskId: z.number().nullable(),
  addresses: z.array(z.string()),
});
type Sample = z.infer<typeof Sample>;
const Answer = z.looseObject({
  status: z.number().nullable(),
  ms: z.number(),
  body: z.string(),
  ok: z.boolean(),
  error: z.string().nullable(),
  address: z.string(),
});
const Started = z.looseObject({ taskId: z.number() });

/** Sample applications of a cluster: list, deploy, ask, remove. */
export function addSamples(program: Command, context: TesseraContext): void {
  const { print } = context;
  const sample = program.command('sample').description('Deploy sample applications on a cluster and ask them');
  sample
    .command('list')
    .description('Show the samples with their state on a cluster')
    .argument('<cluster>', 'name of the cluster')
    .option('--json', 'print the answer of the console')
    .action(async (cluster: string, options: { json?: boolean }) => {
      const samples = await listSamples(consoleOf(context), cluster);
      if (options.json) return printJson(print, samples);
      printTable(
        print,
        ['Sample', 'State', 'Address', 'Requests'],
        samples.map((one) => [
          one.id,
          one.state ?? 'not deployed',
          one.addresses[0] ?? '-',
          one.requests.map((request) => request.id).join(' '),
        ]),
      );
    });
  addDeed(sample, context, { name: 'deploy', deed: 'Deploy a sample', done: 'deployed' });
  addDeed(sample, context, { name: 'remove', deed: 'Remove a sample with its data', done: 'removed' });
  sample
    .command('ask')
    .description("Send one of a sample's requests to it; exits with 1 when the answer is not as expected")
    .argument('<cluster>', 'name of the cluster')
    .argument('<sample>', 'nginx, orders or elasticsearch')
    .argument('<request>', 'id of the request, see tessera sample list')
    .option('--address <url>', 'one of its addresses; the first that answers when left out')
    .action(async (cluster: string, id: string, request: string, options: { address?: string }) => {
      const input = { cluster, sample: id, request, ...options };
      const answer = await consoleOf(context).mutate('samples.ask', Answer, input);
      print.line(answer.body.trim() || '(no body)');
      const said = `${answer.status ?? 'no answer'} from ${answer.address} in ${answer.ms} ms`;
      if (!answer.ok) throw new CliError(`${said}: ${answer.error ?? 'not as expected'}`);
      print.line(said);
    });
  sample
    .command('yaml')
    .description('Print the YAML of a sample, for kubectl create -f -')
    .argument('<cluster>', 'name of the cluster')
    .argument('<sample>', 'nginx, orders or elasticsearch')
    .action(async (cluster: string, id: string) => {
      const found = (await listSamples(consoleOf(context), cluster)).find((one) => one.id === id);
      if (!found) throw new CliError(`There is no sample ${id}.`);
      print.line(found.manifest.trimEnd());
    });
}

type Deed = { name: 'deploy' | 'remove'; deed: string; done: string };

function addDeed(sample: Command, context: TesseraContext, { name, deed, done }: Deed): void {
  const { print } = context;
  sample
    .command(name)
    .description(`${deed} and follow it`)
    .argument('<cluster>', 'name of the cluster')
    .argument('<sample>', 'nginx, orders or elasticsearch')
    .option('--no-follow', 'only start')
    .option('--log', 'show every line of the log instead of the stages')
    .action(async (cluster: string, id: string, options: { follow: boolean; log?: boolean }) => {
      const client = consoleOf(context);
      const { taskId } = await client.mutate(`samples.${name}`, Started, { cluster, sample: id });
      print.line(`Task ${taskId}`);
      if (!options.follow) return;
      await followTask(client, taskId, { ...context, withLog: Boolean(options.log) });
      const found = (await listSamples(client, cluster)).find((one) => one.id === id);
      print.line(
        `Sample ${id} is ${done}.${found?.addresses[0] ? ` It answers at ${found.addresses.join(', ')}` : ''}`,
      );
    });
}

const listSamples = (client: ConsoleClient, cluster: string): Promise<Sample[]> =>
  client.query('samples.list', z.array(Sample), { cluster });
