import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { printBlock, printJson, printTable } from '../print.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

const About = z.looseObject({
  vaultOpen: z.boolean(),
  keyFile: z.string().nullable(),
  state: z.string(),
  cache: z.string(),
  cpi: z.string(),
  installation: z.string(),
  subnet: z.string(),
  ports: z.record(z.string(), z.number()),
  startedAt: z.string(),
});
const Director = z.looseObject({ state: z.string(), owner: z.string().nullable(), since: z.string().nullable() });
const StemcellView = z.looseObject({
  name: z.string(),
  kubernetes: z.string(),
  state: z.string(),
  taskId: z.number().nullable(),
  builtAt: z.string().nullable(),
});
const Package = z.looseObject({ version: z.string() });

/** What this installation is and what it builds VMs from. */
export function addInfo(program: Command, context: TesseraContext): void {
  const { print } = context;
  program
    .command('version')
    .description('Print the version of this command')
    .action(() => print.line(`tessera ${versionHere()}`));

  program
    .command('info')
    .description('Show the installation: its director, vault, folders, network and ports')
    .option('--json', 'print the answer of the console')
    .action(async (options: { json?: boolean }) => {
      const client = consoleOf(context);
      const about = await client.query('settings.about', About);
      const director = await client.query('settings.director', Director);
      if (options.json) return printJson(print, { ...about, director });
      printBlock(print, [
        ['Console', `${client.url}, started ${about.startedAt}`],
        ['Installation', about.installation],
        ['Director', directorLine(director)],
        ['Vault', about.vaultOpen ? 'open' : 'locked; open it with: tessera unlock'],
        ['Key of the vault', about.keyFile ?? 'kept in memory only'],
        ['State folder', about.state],
        ['Cache', about.cache],
        ['Infrastructure', about.cpi],
        ['Network', about.subnet],
        ...Object.entries(about.ports).map(([name, port]) => [`Port of ${name}`, String(port)] as const),
      ]);
    });

  program
    .command('stemcells')
    .description('List stemcells and the Kubernetes release of each')
    .option('--json', 'print the answer of the console')
    .action(async (options: { json?: boolean }) => {
      const stemcells = await consoleOf(context).query('stemcells.list', z.array(StemcellView));
      if (options.json) return printJson(print, stemcells);
      printTable(
        print,
        ['Stemcell', 'Kubernetes', 'State', 'Built', 'Task'],
        stemcells.map((one) => [
          one.name,
          one.kubernetes,
          one.state,
          one.builtAt ?? '-',
          one.taskId === null ? '-' : String(one.taskId),
        ]),
      );
    });
}

function directorLine(director: z.infer<typeof Director>): string {
  if (director.owner === null) return 'never started';
  return `${director.state}, ${director.owner} since ${director.since}`;
}

function versionHere(): string {
  const file = join(import.meta.dirname, '..', '..', 'package.json');
  return Package.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}
