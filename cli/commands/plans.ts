import type { Command } from 'commander';
import { z } from 'zod';
import { printJson, printTable } from '../print.ts';
import { asUser, type PksContext } from './pks-command.ts';

const PlanAnswer = z.looseObject({ id: z.string(), name: z.string(), description: z.string() });

export function addPlans(program: Command, context: PksContext): void {
  program
    .command('plans')
    .description('List the plans for clusters')
    .option('--json', 'print the answer of the API')
    .action((options: { json?: boolean }) =>
      asUser(context, async (client) => {
        const answer = await client.call('GET', '/plans');
        if (options.json) return printJson(context.print, answer);
        const plans = z.array(PlanAnswer).parse(answer);
        context.print.line();
        printTable(
          context.print,
          ['Name', 'ID', 'Description'],
          plans.map((plan) => [plan.name, plan.id, plan.description]),
        );
      }),
    );
}
