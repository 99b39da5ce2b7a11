import type { Command } from 'commander';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { printJson, printTable } from '../print.ts';
import { wholeNumber } from '../whole-number.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

const AlertView = z.looseObject({
  id: z.number(),
  severity: z.string(),
  state: z.string(),
  cluster: z.string().nullable(),
  title: z.string(),
  handled: z.boolean(),
  openedAt: z.string(),
  acknowledgedBy: z.string().nullable(),
  mutedUntil: z.string().nullable(),
  drillId: z.number().nullable(),
});
type AlertView = z.infer<typeof AlertView>;

const MOST = 200;

/** What is wrong, who is on it; taking and muting. */
export function addAlerts(program: Command, context: TesseraContext): void {
  const { print } = context;
  const alerts = program
    .command('alerts')
    .description('List open alerts')
    .option('--all', 'resolved ones too')
    .option('--limit <n>', 'how many at most', wholeNumber, 50)
    .option('--json', 'print the answer of the console')
    .action(async (options: { all?: boolean; limit: number; json?: boolean }) => {
      const list = await consoleOf(context).query('alerts.list', z.array(AlertView), {
        state: options.all ? null : 'open',
        limit: Math.min(options.limit, MOST),
      });
      if (options.json) return printJson(print, list);
      if (list.length === 0) return print.line(options.all ? 'No alerts.' : 'No open alerts.');
      printTable(
        print,
        ['Id', 'Severity', 'State', 'Since', 'Who', 'Alert'],
        list.map((one) => [`${one.id}`, one.severity, stateOf(one), one.openedAt, whoOf(one), titleOf(one)]),
      );
    });

  alerts
    .command('ack')
    .description('Take an alert: others see that you are on it')
    .argument('<id>', 'id of the alert', wholeNumber)
    .action(async (id: number) => {
      await consoleOf(context).mutate('alerts.acknowledge', z.unknown(), { id });
      print.line(`Alert ${id} is yours.`);
    });

  alerts
    .command('mute')
    .description('Keep an alert from the channels for a while')
    .argument('<id>', 'id of the alert', wholeNumber)
    .option('--minutes <n>', 'for how long', wholeNumber)
    .option('--off', 'end the mute')
    .action(async (id: number, options: { minutes?: number; off?: boolean }) => {
      if ((options.minutes === undefined) === !options.off)
        throw new CliError('Say for how long with --minutes, or end the mute with --off.');
      const minutes = options.minutes ?? null;
      await consoleOf(context).mutate('alerts.mute', z.unknown(), { id, minutes });
      print.line(minutes === null ? `Alert ${id} is no longer muted.` : `Alert ${id} is muted for ${minutes} minutes.`);
    });
}

const titleOf = ({ cluster, title }: AlertView): string =>
  cluster === null || title.startsWith(`${cluster}:`) ? title : `${cluster}: ${title}`;

const stateOf = (alert: AlertView): string => (alert.mutedUntil === null ? alert.state : `${alert.state}, muted`);

function whoOf(alert: AlertView): string {
  if (alert.drillId !== null) return `DRILL ${alert.drillId}`;
  if (alert.acknowledgedBy !== null) return alert.acknowledgedBy;
  return alert.handled ? 'tessera' : 'nobody';
}
