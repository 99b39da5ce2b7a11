import type { Command } from 'commander';
import { z } from 'zod';
import { InstallationView, TaskView } from '../console-views.ts';
import { followTask } from '../follow-task.ts';
import { printBlock, printJson, printTable } from '../print.ts';
import { printTask } from '../print-task.ts';
import { wholeNumber } from '../whole-number.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

/** Runs of Apply changes. */
export function addInstallations(program: Command, context: TesseraContext): void {
  const { print } = context;
  program
    .command('installations')
    .description('List runs of Apply changes, newest first')
    .option('--json', 'print the answer of the console')
    .action(async (options: { json?: boolean }) => {
      const installations = await consoleOf(context).query('installations.list', z.array(InstallationView));
      if (options.json) return printJson(print, installations);
      printTable(
        print,
        ['Installation', 'State', 'Started', 'Finished', 'User', 'Products'],
        installations.map((one) => [
          String(one.id),
          one.state,
          one.startedAt ?? '-',
          one.finishedAt ?? '-',
          one.user,
          productsOf(one),
        ]),
      );
    });

  program
    .command('installation')
    .description('Show one run of Apply changes')
    .argument('<id>', 'number of the installation', wholeNumber)
    .option('--follow', 'show its log until it ends')
    .action(async (id: number, options: { follow?: boolean }) => {
      const client = consoleOf(context);
      const installation = await client.query('installations.read', InstallationView, { id });
      printBlock(print, [
        ['Installation', String(installation.id)],
        ['Products', productsOf(installation)],
      ]);
      const task = { id: installation.taskId };
      printTask(
        print,
        options.follow
          ? await followTask(client, task.id, { ...context, withLog: true })
          : await client.query('tasks.read', TaskView, task),
      );
    });
}

const productsOf = (installation: z.infer<typeof InstallationView>): string =>
  installation.products.map((one) => `${one.action} ${one.slug} ${one.version}`).join(', ');
