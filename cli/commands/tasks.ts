import type { Command } from 'commander';
import { z } from 'zod';
import { TaskRow, TaskView } from '../console-views.ts';
import { followTask } from '../follow-task.ts';
import { printJson, printTable } from '../print.ts';
import { printTask } from '../print-task.ts';
import { wholeNumber } from '../whole-number.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

export function addTasks(program: Command, context: TesseraContext): void {
  const { print } = context;
  program
    .command('tasks')
    .description('List tasks, newest first')
    .option('-l, --limit <count>', 'how many', wholeNumber, 30)
    .option('--json', 'print the answer of the console')
    .action(async (options: { limit: number; json?: boolean }) => {
      const tasks = await consoleOf(context).query('tasks.list', z.array(TaskRow), {
        limit: Math.min(options.limit, 200),
      });
      if (options.json) return printJson(print, tasks);
      printTable(
        print,
        ['Task', 'State', 'Started', 'User', 'Description'],
        tasks.map((one) => [String(one.id), one.state, one.startedAt ?? '-', one.user, one.description]),
      );
    });

  program
    .command('task')
    .description('Show one task')
    .argument('<id>', 'number of the task', wholeNumber)
    .option('--follow', 'show its log until it ends')
    .option('--cancel', 'cancel it')
    .option('--retry', 'run it again from the step that failed')
    .action(async (id: number, options: { follow?: boolean; cancel?: boolean; retry?: boolean }) => {
      const client = consoleOf(context);
      if (options.cancel) await client.mutate('tasks.cancel', z.unknown(), { id });
      if (options.retry) await client.mutate('tasks.retry', z.unknown(), { id });
      const task = options.follow
        ? await followTask(client, id, { ...context, withLog: true })
        : await client.query('tasks.read', TaskView, { id });
      printTask(print, task);
    });
}
