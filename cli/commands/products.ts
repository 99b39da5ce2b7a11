import type { Command } from 'commander';
import { z } from 'zod';
import { PendingChange, ProductView } from '../console-views.ts';
import { followTask } from '../follow-task.ts';
import { type Printer, printJson, printTable } from '../print.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

const Installation = z.looseObject({ installationId: z.number(), taskId: z.number() });

/** Products, what would change, and Apply changes. */
export function addProducts(program: Command, context: TesseraContext): void {
  const { print } = context;
  program
    .command('products')
    .description('List staged products')
    .option('--json', 'print the answer of the console')
    .action(async (options: { json?: boolean }) => {
      const products = await consoleOf(context).query('products.list', z.array(ProductView));
      if (options.json) return printJson(print, products);
      printTable(
        print,
        ['Product', 'Staged', 'Installed', 'State', 'Why'],
        products.map((one) => [
          one.slug,
          one.stagedVersion,
          one.installedVersion ?? '-',
          one.state.replaceAll('_', ' '),
          one.reasons[0]?.message ?? '',
        ]),
      );
    });

  program
    .command('pending-changes')
    .description('Show what Apply changes would do')
    .option('--json', 'print the answer of the console')
    .action(async (options: { json?: boolean }) => {
      const changes = await consoleOf(context).query('installations.pending', z.array(PendingChange));
      if (options.json) return printJson(print, changes);
      if (changes.length === 0) print.line('Nothing to apply.');
      for (const change of changes) printChange(print, change);
    });

  program
    .command('apply-changes')
    .description('Apply all pending changes and follow them')
    .option('--no-follow', 'only start')
    .option('--log', 'show every line of the log instead of the stages')
    .action(async (options: { follow: boolean; log?: boolean }) => {
      const client = consoleOf(context);
      const { installationId, taskId } = await client.mutate('installations.request', Installation, {
        guids: 'all',
        errands: {},
      });
      print.line(`Installation ${installationId}, task ${taskId}`);
      if (!options.follow) return;
      await followTask(client, taskId, { ...context, withLog: Boolean(options.log) });
      print.line('Changes applied.');
    });
}

function printChange(print: Printer, change: PendingChange): void {
  print.line(`${change.action} ${change.label} ${change.toVersion}`);
  for (const one of change.properties) {
    print.line(
      `  ${one.label}: ${one.secret ? '(secret changed)' : `${one.before ?? '(empty)'} -> ${one.after ?? '(empty)'}`}`,
    );
  }
  for (const error of change.errors) print.line(`  refused: ${error.message}`);
  for (const warning of change.warnings) print.line(`  warning: ${warning}`);
}
