import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { printBlock, printJson } from '../print.ts';
import { wholeNumber } from '../whole-number.ts';
import { describeResurrection, HealthOverviewView } from './health.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

type Guard = {
  minimumDown?: number;
  percent?: number;
  window?: number;
  groupMinimumDown?: number;
  groupPercent?: number;
  groupWindow?: number;
  repairs?: number;
  repairsInMeltdown?: number;
  json?: boolean;
};

/** Whether what is dead is repaired, and how many at once. */
export function addResurrection(program: Command, context: TesseraContext): void {
  const { print } = context;
  program
    .command('resurrection')
    .description('Show whether dead VMs are repaired; switch it on or off, everywhere or for one deployment')
    .argument('[state]', 'on or off', onOrOff)
    .option('-d, --deployment <name>', 'one deployment or cluster only')
    .action(async (state: 'on' | 'off' | undefined, options: { deployment?: string }) => {
      const client = consoleOf(context);
      const { resurrection, clusters } = await client.query('health.overview', HealthOverviewView);
      if (state === undefined) return print.line(`Resurrection is ${describeResurrection(resurrection)}.`);
      const { deployment: name } = options;
      const deployment = clusters.find((cluster) => cluster.name === name)?.deployment ?? name;
      const others = resurrection.off.filter((one) => one !== deployment);
      if (state === 'on' && deployment !== undefined && !resurrection.enabled)
        throw new CliError('Resurrection is off everywhere. Switch it on first: tessera resurrection on');
      const wanted =
        deployment === undefined
          ? { enabled: state === 'on', off: resurrection.off }
          : { enabled: resurrection.enabled, off: state === 'off' ? [...others, deployment] : others };
      await client.mutate('health.setResurrection', z.unknown(), wanted);
      print.line(`Resurrection is ${describeResurrection(wanted)}.`);
    });

  program
    .command('meltdown')
    .description('Show the meltdown guard, or set its thresholds')
    .option('--minimum-down <count>', 'fleet: so many VMs down', wholeNumber)
    .option('--percent <number>', 'fleet: and so many per cent of all', wholeNumber)
    .option('--window <seconds>', 'fleet: within so many seconds', wholeNumber)
    .option('--group-minimum-down <count>', 'AZ or instance group: so many VMs down', wholeNumber)
    .option('--group-percent <number>', 'AZ or instance group: and so many per cent of it', wholeNumber)
    .option('--group-window <seconds>', 'AZ or instance group: within so many seconds', wholeNumber)
    .option('--repairs <count>', 'repairs at once', wholeNumber)
    .option('--repairs-in-meltdown <count>', 'repairs at once in a meltdown', wholeNumber)
    .option('--json', 'print the answer of the console')
    .action(async (options: Guard) => {
      const client = consoleOf(context);
      const { meltdown, meltdownSettings: before } = await client.query('health.overview', HealthOverviewView);
      const { json, ...changes } = options;
      const settings = {
        fleet: {
          minimumDown: changes.minimumDown ?? before.fleet.minimumDown,
          percent: changes.percent ?? before.fleet.percent,
          windowSeconds: changes.window ?? before.fleet.windowSeconds,
        },
        group: {
          minimumDown: changes.groupMinimumDown ?? before.group.minimumDown,
          percent: changes.groupPercent ?? before.group.percent,
          windowSeconds: changes.groupWindow ?? before.group.windowSeconds,
        },
        repairsAtOnce: changes.repairs ?? before.repairsAtOnce,
        repairsInMeltdown: changes.repairsInMeltdown ?? before.repairsInMeltdown,
      };
      if (Object.keys(changes).length > 0) await client.mutate('health.setMeltdown', z.unknown(), settings);
      if (json) return printJson(print, { meltdown, settings });
      const rule = ({ minimumDown, percent, windowSeconds }: (typeof settings)['fleet']): string =>
        `${minimumDown} VMs and ${percent} % down within ${windowSeconds} s`;
      printBlock(print, [
        [
          'Meltdown',
          meltdown ? `since ${meltdown.since}: ${meltdown.down} of ${meltdown.total} of ${meltdown.scope}` : 'no',
        ],
        ['Fleet', rule(settings.fleet)],
        ['AZ or group', rule(settings.group)],
        ['Repairs at once', `${settings.repairsAtOnce}, in a meltdown ${settings.repairsInMeltdown}`],
      ]);
    });
}

function onOrOff(text: string): 'on' | 'off' {
  if (text === 'on' || text === 'off') return text;
  throw new InvalidArgumentError('say on or off');
}
