import type { Command } from 'commander';
import { z } from 'zod';
import { type Printer, printBlock, printJson, printTable } from '../print.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

const Figures = z.object({ p50: z.number(), p95: z.number() }).nullable();
const Az = z.looseObject({
  name: z.string(),
  state: z.string(),
  since: z.string().nullable(),
  reason: z.string(),
  vms: z.number(),
  down: z.number(),
  power: z.string().nullable(),
});
/** What the CLI reads of the health overview. */
export const HealthOverviewView = z.looseObject({
  state: z.string(),
  verdict: z.string(),
  clusters: z.array(
    z.looseObject({ name: z.string(), deployment: z.string(), state: z.string(), verdict: z.string() }),
  ),
  meltdown: z.looseObject({ since: z.string(), scope: z.string(), down: z.number(), total: z.number() }).nullable(),
  meltdownSettings: z.looseObject({
    fleet: z.strictObject({ minimumDown: z.number(), percent: z.number(), windowSeconds: z.number() }),
    group: z.strictObject({ minimumDown: z.number(), percent: z.number(), windowSeconds: z.number() }),
    repairsInMeltdown: z.number(),
    repairsAtOnce: z.number(),
  }),
  resurrection: z.looseObject({ enabled: z.boolean(), off: z.array(z.string()) }),
  azs: z.array(Az),
  alerts: z.record(z.string(), z.number()),
});
type Overview = z.infer<typeof HealthOverviewView>;

const LayerRow = z.looseObject({
  layer: z.string(),
  detectMs: Figures,
  recoverMs: Figures,
  recoveries: z.number(),
  open: z.number(),
  last: z.looseObject({ title: z.string(), beganAt: z.string() }).nullable(),
});

/** How the fleet is, and its AZs. */
export function addHealth(program: Command, context: TesseraContext): void {
  const { print } = context;
  program
    .command('health')
    .description('Say how the fleet is: verdicts, open alerts, the four layers and their recoveries of 30 days')
    .option('--json', 'print the answer of the console')
    .action(async (options: { json?: boolean }) => {
      const client = consoleOf(context);
      const overview = await client.query('health.overview', HealthOverviewView);
      const layers = await client.query('health.layers', z.array(LayerRow));
      if (options.json) return printJson(print, { ...overview, layers });
      printOverview(print, overview);
      print.line();
      printTable(
        print,
        ['Layer', 'Recoveries', 'Open', 'Noticed p50/p95', 'Recovered p50/p95', 'Last'],
        layers.map((one) => [
          one.layer,
          String(one.recoveries),
          String(one.open),
          figures(one.detectMs),
          figures(one.recoverMs),
          one.last ? `${one.last.beganAt} ${one.last.title}` : '-',
        ]),
      );
    });

  program
    .command('azs')
    .description('List availability zones: state, power, VMs')
    .option('--json', 'print the answer of the console')
    .action(async (options: { json?: boolean }) => {
      const { azs } = await consoleOf(context).query('health.overview', HealthOverviewView);
      if (options.json) return printJson(print, azs);
      printTable(
        print,
        ['AZ', 'State', 'Power', 'VMs', 'Down', 'Since', 'Why'],
        azs.map((az) => [
          az.name,
          az.state,
          az.power ?? '-',
          String(az.vms),
          String(az.down),
          az.since ?? '-',
          az.reason || '-',
        ]),
      );
    });
}

function printOverview(print: Printer, overview: Overview): void {
  const { resurrection, meltdown, alerts } = overview;
  const open = Object.entries(alerts).flatMap(([severity, count]) => (count > 0 ? [`${count} ${severity}`] : []));
  printBlock(print, [
    ['Fleet', overview.state],
    ['', overview.verdict],
    ['Alerts', open.join(', ') || 'none open'],
    ['Resurrection', describeResurrection(resurrection)],
    [
      'Meltdown',
      meltdown ? `since ${meltdown.since}: ${meltdown.down} of ${meltdown.total} of ${meltdown.scope}` : 'no',
    ],
  ]);
  if (overview.clusters.length === 0) return;
  print.line();
  printTable(
    print,
    ['Cluster', 'State', 'Verdict'],
    overview.clusters.map((cluster) => [cluster.name, cluster.state, cluster.verdict]),
  );
}

/** One line: on, off, or on but for some deployments. */
export function describeResurrection({ enabled, off }: { enabled: boolean; off: readonly string[] }): string {
  if (!enabled) return 'off';
  return off.length === 0 ? 'on' : `on, off for ${off.join(', ')}`;
}

const figures = (pair: z.infer<typeof Figures>): string =>
  pair === null ? '-' : `${(pair.p50 / 1000).toFixed(1)} s / ${(pair.p95 / 1000).toFixed(1)} s`;
