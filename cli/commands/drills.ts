import type { Command } from 'commander';
import { z } from 'zod';
import { DRILL_KINDS, DRILL_LAYER } from '#model/drill.ts';
import { CliError, NoAnswer } from '../cli-error.ts';
import type { ConsoleClient } from '../console-client.ts';
import { DrillView, PreviewView, ReportView, type VictimView, victimWord } from '../drill-views.ts';
import { printJson, printTable } from '../print.ts';
import { printDrill, printDrills, printPreview, printReport } from '../print-drill.ts';
import { wholeNumber } from '../whole-number.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

const POLL_MS = 500;
const ENDED = ['ended', 'refused'];
/** Exit code of a drill: scripts ask nothing else. A refused one and every other fault is 1. */
const EXIT_CODES: Partial<Record<string, number>> = { PASS: 0, FAIL: 2, 'NOT DETECTED': 3, STOPPED: 4 };

type Choice = {
  cluster: string;
  victim?: string;
  pod?: string;
  cut?: string;
  reason?: string;
  limit: Record<string, number | null>;
  json?: boolean;
};

/** Drills: what can be done, what would happen, doing it, stopping it, and what came of it. */
export function addDrills(program: Command, context: TesseraContext): void {
  const { print } = context;
  const list = async (options: { cluster?: string; limit: number; json?: boolean }) => {
    const drills = await consoleOf(context).query('drills.list', z.array(DrillView), {
      limit: Math.min(options.limit, 500),
      ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
    });
    if (options.json) return printJson(print, drills);
    printDrills(print, drills);
  };
  const listOptions = (command: Command): Command =>
    command
      .option('-c, --cluster <name>', 'of one cluster only')
      .option('-l, --limit <count>', 'how many', wholeNumber, 30)
      .option('--json', 'print the answer of the console')
      .action(list);
  listOptions(program.command('drills').description('List drills, newest first'));
  const drill = program.command('drill').description('Prove that a cluster survives a fault');
  listOptions(drill.command('list').description('List drills, newest first'));
  addKinds(drill, context);
  addPreview(drill, context);
  addRun(drill, context);
  addOne(drill, context);
}

function addKinds(drill: Command, { print }: TesseraContext): void {
  drill
    .command('kinds')
    .description('List the kinds of drill and the layer that each proves')
    .action(() =>
      printTable(
        print,
        ['Kind', 'Layer'],
        DRILL_KINDS.map((kind) => [kind, DRILL_LAYER[kind]]),
      ),
    );
}

const choiceOptions = (command: Command): Command =>
  command
    .argument('<kind>', `one of ${DRILL_KINDS.join(', ')}`)
    .requiredOption('-c, --cluster <name>', 'cluster to drill')
    .option('--victim <victim>', 'worker/1, worker/1:kubelet, NAMESPACE/POD or an AZ; the proposed one without it')
    .option('--pod <namespace/name>', 'for vm-off and vm-off-with-pod: the pod in question')
    .option('--cut <from>', 'for network-cut: director (default) or all')
    .option('--limit <name=ms>', 'another limit, e.g. detectMs=2000; repeat it for more', addLimit, {})
    .option('--json', 'print the answer of the console');

function addLimit(text: string, before: Record<string, number | null>): Record<string, number | null> {
  const [name = '', value = ''] = text.split('=');
  if (!/^\d+$/.test(value) && value !== 'none')
    throw new CliError(`--limit ${text}: write NAME=MILLISECONDS or NAME=none.`);
  return { ...before, [name]: value === 'none' ? null : Number(value) };
}

function addPreview(drill: Command, context: TesseraContext): void {
  const { print } = context;
  choiceOptions(
    drill.command('preview').description('Say who would be hit, and whether the cluster is fit for it'),
  ).action(async (kind: string, options: Choice) => {
    const client = consoleOf(context);
    const preview = await client.query('drills.preview', z.unknown(), await requestOf(client, kind, options));
    if (options.json) printJson(print, preview);
    else printPreview(print, PreviewView.parse(preview));
  });
}

function addRun(drill: Command, context: TesseraContext): void {
  const { print } = context;
  choiceOptions(
    drill
      .command('run')
      .description('Run a drill; the exit code is its verdict: 0 PASS, 2 FAIL, 3 NOT DETECTED, 4 STOPPED'),
  )
    .option('--reason <text>', 'why, for the audit')
    .action(async (kind: string, options: Choice) => {
      const client = consoleOf(context);
      const started = z.looseObject({ id: z.number() });
      const { id } = await client.mutate('drills.start', started, await requestOf(client, kind, options));
      if (!options.json) print.line(`Drill ${id} on ${options.cluster}`);
      await follow(client, id, context, options.json === true);
    });
}

function addOne(drill: Command, context: TesseraContext): void {
  const { print } = context;
  drill
    .command('show')
    .description('Show one drill')
    .argument('<id>', 'number of the drill', wholeNumber)
    .option('--follow', 'until it ends; the exit code is its verdict')
    .option('--json', 'print the answer of the console')
    .action(async (id: number, options: { follow?: boolean; json?: boolean }) => {
      const client = consoleOf(context);
      if (options.follow) return follow(client, id, context, options.json === true);
      const found = await client.query('drills.read', DrillView, { id });
      if (options.json) printJson(print, found);
      else printDrill(print, found);
    });
  drill
    .command('stop')
    .description('Stop a drill and undo its fault')
    .argument('<id>', 'number of the drill', wholeNumber)
    .action(async (id: number) => printDrill(print, await consoleOf(context).mutate('drills.stop', DrillView, { id })));
  drill
    .command('report')
    .description('Print the report of a drill')
    .argument('<id>', 'number of the drill', wholeNumber)
    .option('--json', 'the whole report with all evidence')
    .action(async (id: number, options: { json?: boolean }) => {
      const report = await consoleOf(context).query('drills.report', z.unknown(), { id });
      if (options.json) printJson(print, report);
      else printReport(print, ReportView.parse(report));
    });
}

/** The request as the console takes it; a victim in words is looked up among the candidates. */
async function requestOf(client: ConsoleClient, kind: string, options: Choice): Promise<Record<string, unknown>> {
  const request = {
    kind,
    cluster: options.cluster,
    ...(options.pod === undefined ? {} : { pod: options.pod }),
    ...(options.cut === undefined ? {} : { cut: options.cut }),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    objectives: options.limit,
  };
  if (options.victim === undefined) return request;
  const { candidates } = await client.query('drills.preview', PreviewView, request);
  return { ...request, victim: chooseVictim(candidates, options.victim) };
}

function chooseVictim(candidates: VictimView[], word: string): VictimView {
  const found = candidates.find((candidate) => victimWord(candidate) === word);
  if (found) return found;
  const known = candidates.map(victimWord).join(', ') || 'nobody';
  throw new CliError(`${word} cannot be the victim of this drill. Candidates: ${known}.`);
}

/** Prints each new sentence until the drill ends, then its report; sets the exit code. Outlives a restart of the console. */
async function follow(client: ConsoleClient, id: number, context: TesseraContext, isJson: boolean): Promise<void> {
  const { print, sleep } = context;
  let said = '';
  for (;;) {
    const drill = await client.query('drills.read', DrillView, { id }).catch((error: unknown) => {
      if (error instanceof NoAnswer) return null;
      throw error;
    });
    if (drill && drill.summary !== said && !isJson) print.line(`  ${drill.summary}`);
    said = drill?.summary ?? said;
    if (drill && ENDED.includes(drill.state)) return conclude(client, drill, context, isJson);
    await sleep(POLL_MS);
  }
}

async function conclude(
  client: ConsoleClient,
  drill: DrillView,
  { print }: TesseraContext,
  isJson: boolean,
): Promise<void> {
  if (drill.verdict === null) throw new CliError(`Drill ${drill.id}: ${drill.summary}`);
  const report = await client.query('drills.report', z.unknown(), { id: drill.id });
  if (isJson) printJson(print, report);
  else {
    print.line();
    printReport(print, ReportView.parse(report));
  }
  const code = EXIT_CODES[drill.verdict] ?? 1;
  if (code !== 0) throw new CliError(`Drill ${drill.id}: ${drill.verdict}`, { exitCode: code });
}
