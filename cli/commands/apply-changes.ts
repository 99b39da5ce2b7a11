import type { Command } from 'commander';
import { z } from 'zod';
import { confirm } from '../ask.ts';
import { CliError } from '../cli-error.ts';
import type { ConsoleClient } from '../console-client.ts';
import { PendingChange } from '../console-views.ts';
import { findProduct } from '../find-product.ts';
import { followTask } from '../follow-task.ts';
import { type Printer, printJson } from '../print.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

const Installation = z.looseObject({ installationId: z.number(), taskId: z.number() });

type ApplyOptions = { product?: string[]; errand?: string[]; follow: boolean; log?: boolean };
type Chosen = { guids: 'all' | string[]; changes: PendingChange[] };

/** What would change, Apply changes, and dropping it all. */
export function addApplyChanges(program: Command, context: TesseraContext): void {
  const { print } = context;
  program
    .command('pending-changes')
    .description('Show what Apply changes would do')
    .option('--json', 'print the answer of the console')
    .action(async (options: { json?: boolean }) => {
      const changes = await pendingChanges(consoleOf(context));
      if (options.json) return printJson(print, changes);
      if (changes.length === 0) print.line('Nothing to apply.');
      for (const change of changes) printChange(print, change);
    });

  program
    .command('apply-changes')
    .description('Apply pending changes and follow them')
    .option('--product <slug...>', 'only these products; all when left out')
    .option('--errand <name=on|off...>', 'run an errand or leave it out, this time only')
    .option('--no-follow', 'only start')
    .option('--log', 'show every line of the log instead of the stages')
    .action(async (options: ApplyOptions) => {
      const client = consoleOf(context);
      const { guids, changes } = choose(await pendingChanges(client), options.product);
      const { installationId, taskId } = await client.mutate('installations.request', Installation, {
        guids,
        errands: errandsOf(changes, options.errand ?? []),
      });
      print.line(`Installation ${installationId}, task ${taskId}`);
      if (!options.follow) return;
      await followTask(client, taskId, { ...context, withLog: Boolean(options.log) });
      print.line('Changes applied.');
    });

  program
    .command('revert')
    .description('Drop staged changes: back to what was last applied')
    .argument('[slug]', 'one product only; one that was never applied leaves the dashboard')
    .option('--non-interactive', 'ask no questions')
    .action(async (slug: string | undefined, options: { nonInteractive?: boolean }) => {
      const client = consoleOf(context);
      const chosen = slug === undefined ? {} : { guid: (await findProduct(client, slug)).guid };
      const what = slug === undefined ? 'all products' : slug;
      if (!options.nonInteractive && !(await confirm(`Are you sure you want to drop the changes of ${what}?`)))
        throw new CliError('Nothing was reverted.');
      const { reverted } = await client.mutate('products.revert', z.object({ reverted: z.array(z.string()) }), chosen);
      print.line(
        reverted.length === 0
          ? 'Nothing was reverted: no product has changes, or an installation is running with them.'
          : `The changes of ${what} are dropped; what runs is unchanged.`,
      );
    });
}

const pendingChanges = (client: ConsoleClient): Promise<PendingChange[]> =>
  client.query('installations.pending', z.array(PendingChange));

function choose(changes: PendingChange[], slugs?: readonly string[]): Chosen {
  if (!slugs) return { guids: 'all', changes };
  const strange = slugs.find((slug) => !changes.some((change) => change.slug === slug));
  if (strange !== undefined) {
    const there = changes.map((change) => change.slug).join(', ');
    throw new CliError(`Product ${strange} has no pending changes (pending: ${there || 'nothing'}).`);
  }
  const chosen = changes.filter((change) => slugs.includes(change.slug));
  return { guids: chosen.map((change) => change.guid), changes: chosen };
}

function errandsOf(changes: PendingChange[], wanted: readonly string[]): Record<string, Record<string, boolean>> {
  const errands: Record<string, Record<string, boolean>> = {};
  for (const entry of wanted) {
    const [, name = '', state = ''] = /^(.+)=(on|off)$/.exec(entry) ?? [];
    const change = changes.find((one) => one.errands.some((errand) => errand.name === name));
    if (!change) {
      const there = changes.flatMap((one) => one.errands.map((errand) => errand.name)).join(', ');
      throw new CliError(`--errand ${entry}: give NAME=on or NAME=off (errands of this run: ${there || 'none'}).`);
    }
    errands[change.guid] = { ...errands[change.guid], [name]: state === 'on' };
  }
  return errands;
}

function printChange(print: Printer, change: PendingChange): void {
  print.line(`${change.action} ${change.label} ${change.toVersion}`);
  for (const one of change.properties) {
    print.line(
      `  ${one.label}: ${one.secret ? '(secret changed)' : `${one.before ?? '(empty)'} -> ${one.after ?? '(empty)'}`}`,
    );
  }
  for (const [deed, instances] of Object.entries(change.vms))
    if (instances.length > 0) print.line(`  ${deed} VM ${instances.join(', ')}`);
  for (const errand of change.errands) print.line(`  errand ${errand.name}: ${errand.on ? 'on' : 'off'}`);
  for (const error of change.errors) print.line(`  refused: ${error.message}`);
  for (const warning of change.warnings) print.line(`  warning: ${warning}`);
}
