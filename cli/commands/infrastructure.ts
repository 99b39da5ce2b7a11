import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { INSTANCE_ACTIONS, type InstanceAction } from '#model/deployment.ts';
import { CliError } from '../cli-error.ts';
import type { ConsoleClient } from '../console-client.ts';
import { followTask } from '../follow-task.ts';
import { printJson, printTable } from '../print.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

const Vm = z.looseObject({
  cid: z.string(),
  power: z.string(),
  address: z.string().nullable(),
  az: z.string(),
  createdAt: z.string().nullable(),
  name: z.string(),
  deployment: z.string(),
  cluster: z.string().nullable(),
  vmType: z.string().nullable(),
  memoryMib: z.number().nullable(),
  instance: z.looseObject({ id: z.string(), jobState: z.string(), vmHealth: z.string() }).nullable(),
});
type Vm = z.infer<typeof Vm>;
const Infrastructure = z.looseObject({ problem: z.string().nullable(), vms: z.array(Vm) });
const Started = z.looseObject({ taskId: z.number() });

const WHAT: Record<InstanceAction, string> = {
  'power-off': 'Cut the power of a VM; the platform is not told',
  'power-on': 'Start a VM that is off',
  restart: 'Drain and restart the jobs of an instance on the same VM',
  recreate: 'Make a new VM for an instance, with its address and disks',
  stop: 'Drain and stop the jobs of an instance; its VM stays',
  start: 'Start an instance that was stopped',
};

type ChangeOptions = { deployment?: string; force?: boolean; follow?: boolean };

/** VMs as the infrastructure sees them, their power and that of AZs. */
export function addInfrastructure(program: Command, context: TesseraContext): void {
  const { print } = context;
  program
    .command('vms')
    .description('List VMs as the infrastructure sees them')
    .option('-d, --deployment <name>', 'one deployment or cluster only')
    .option('--search <text>', 'those with this in name, address or CID')
    .option('--json', 'print the answer of the console')
    .action(async (options: { deployment?: string; search?: string; json?: boolean }) => {
      const { vms, problem } = await consoleOf(context).query('infrastructure.list', Infrastructure);
      const text = options.search?.toLowerCase() ?? '';
      const shown = vms.filter(
        (vm) => isOf(vm, options.deployment) && [vm.name, vm.address, vm.cid].join(' ').toLowerCase().includes(text),
      );
      if (options.json) return printJson(print, shown);
      if (problem !== null) print.error(`Warning: ${problem}`);
      printTable(
        print,
        ['Instance', 'Process State', 'AZ', 'IPs', 'VM CID', 'VM Type', 'Power', 'Detector', 'Deployment'],
        shown.map((vm) => [
          vm.instance ? `${vm.name.split('/')[0]}/${vm.instance.id}` : '-',
          vm.instance?.jobState ?? '-',
          vm.az,
          vm.address ?? '-',
          vm.cid,
          vm.vmType ?? '-',
          vm.power,
          vm.instance?.vmHealth ?? '-',
          vm.deployment || '-',
        ]),
      );
      print.line();
      print.line(`${shown.length} vms`);
    });
  for (const action of INSTANCE_ACTIONS) addChange(program, context, action);
  addAzPower(program, context);
}

function addChange(program: Command, context: TesseraContext, action: InstanceAction): void {
  program
    .command(action)
    .description(WHAT[action])
    .argument('<instance>', 'group/index, group/id, address or CID')
    .option('-d, --deployment <name>', 'deployment or cluster of the instance')
    .option('--force', 'although a cluster loses its quorum by it')
    .option('--follow', 'show the log of the task until it ends')
    .action(async (word: string, options: ChangeOptions) => {
      const client = consoleOf(context);
      const vm = await findVm(client, word, options.deployment);
      const input = { instance: vm.instance?.id, action, force: options.force ?? false };
      await show(context, client, await client.mutate('infrastructure.changeInstance', Started, input), options);
    });
}

function addAzPower(program: Command, context: TesseraContext): void {
  program
    .command('az-power')
    .description('Switch the power of an AZ: all its VMs stop, or those start again')
    .argument('<az>', 'name of the AZ')
    .argument('<power>', 'on or off', parsePower)
    .option('--reason <text>', 'for the audit', '')
    .option('--follow', 'show the log of the task until it ends')
    .action(async (az: string, power: 'on' | 'off', options: { reason: string; follow?: boolean }) => {
      const client = consoleOf(context);
      const input = { az, power, reason: options.reason };
      await show(context, client, await client.mutate('infrastructure.setAzPower', Started, input), options);
    });
}

async function show(
  context: TesseraContext,
  client: ConsoleClient,
  { taskId }: z.infer<typeof Started>,
  { follow }: { follow?: boolean },
): Promise<void> {
  context.print.line(`Task ${taskId}`);
  if (!follow) return;
  const task = await followTask(client, taskId, { ...context, withLog: true });
  context.print.line(`Task ${taskId} ${task.state}`);
}

/** The one VM that a word means. */
async function findVm(client: ConsoleClient, word: string, deployment: string | undefined): Promise<Vm> {
  const { vms } = await client.query('infrastructure.list', Infrastructure);
  const group = word.split('/')[0];
  const found = vms.filter(
    (vm) =>
      vm.instance !== null &&
      isOf(vm, deployment) &&
      [vm.name, vm.address, vm.cid, vm.instance.id, `${group}/${vm.instance.id}`].includes(word),
  );
  const [vm, ...others] = found;
  if (!vm) throw new CliError(`No VM is ${word}. List them with: tessera vms`);
  if (others.length === 0) return vm;
  const places = found.map((one) => one.deployment).join(', ');
  throw new CliError(`${word} is in ${found.length} deployments (${places}). Name one with -d.`);
}

const isOf = (vm: Vm, deployment: string | undefined): boolean =>
  deployment === undefined || vm.deployment === deployment || vm.cluster === deployment;

function parsePower(text: string): 'on' | 'off' {
  if (text === 'on' || text === 'off') return text;
  throw new InvalidArgumentError('It must be on or off.');
}
