import type { Command } from 'commander';
import { z } from 'zod';
import { askPassword, confirm } from '../ask.ts';
import { CliError } from '../cli-error.ts';
import type { ConsoleClient } from '../console-client.ts';
import { printJson, printTable } from '../print.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

const UserView = z.looseObject({
  id: z.string(),
  userName: z.string(),
  email: z.string(),
  active: z.boolean(),
  groups: z.array(z.looseObject({ displayName: z.string() })),
  lastLogonAt: z.string().nullable(),
});
type UserView = z.infer<typeof UserView>;
const GroupView = z.looseObject({ displayName: z.string(), description: z.string() });

type CreateOptions = { email: string; password?: string; group?: string[] };

/** People and their groups. */
export function addUsers(program: Command, context: TesseraContext): void {
  const { print } = context;
  const users = program
    .command('users')
    .description('List users')
    .option('--json', 'print the answer of the console')
    .action(async (options: { json?: boolean }) => {
      const list = await listUsers(consoleOf(context));
      if (options.json) return printJson(print, list);
      printTable(
        print,
        ['User', 'E-mail', 'State', 'Groups', 'Last log-in'],
        list.map((one) => [
          one.userName,
          one.email,
          one.active ? 'active' : 'inactive',
          groupsOf(one) || 'none',
          one.lastLogonAt ?? 'never',
        ]),
      );
    });

  users
    .command('create')
    .description('Create a user')
    .argument('<name>', 'user name')
    .requiredOption('--email <address>', 'e-mail address')
    .option('-p, --password <password>', 'password; asked for when left out')
    .option('--group <group...>', 'groups to put the user into')
    .action(async (userName: string, options: CreateOptions) => {
      const password = options.password ?? (await askPassword(`Password of ${userName}: `, '-p'));
      const groups = options.group ?? [];
      await consoleOf(context).mutate('users.create', z.unknown(), {
        userName,
        email: options.email,
        password,
        groups,
      });
      print.line(`User ${userName} created, groups: ${groups.join(', ') || 'none'}.`);
    });

  users
    .command('delete')
    .description('Delete a user')
    .argument('<name>', 'user name')
    .option('--non-interactive', 'ask no questions')
    .action(async (name: string, options: { nonInteractive?: boolean }) => {
      const client = consoleOf(context);
      const { id, userName } = await findUser(client, name);
      if (!options.nonInteractive && !(await confirm(`Are you sure you want to delete user ${userName}?`)))
        throw new CliError('Nothing was deleted.');
      await client.mutate('users.remove', z.unknown(), { id });
      print.line(`User ${userName} deleted.`);
    });

  users
    .command('groups')
    .description('List the groups there are, or give a user exactly these groups')
    .argument('[name]', 'user name')
    .argument('[groups...]', 'groups the user shall have')
    .option('--none', 'take all groups away')
    .action(async (name: string | undefined, groups: string[], options: { none?: boolean }) => {
      if (name === undefined) return printGroups();
      if (groups.length > 0 === Boolean(options.none))
        throw new CliError(`Name the groups that ${name} shall have, or give --none.`);
      const client = consoleOf(context);
      const { id, userName } = await findUser(client, name);
      await client.mutate('users.setGroups', z.unknown(), { id, groups });
      print.line(`Groups of ${userName}: ${groupsOf(await findUser(client, name)) || 'none'}.`);
    });

  async function printGroups(): Promise<void> {
    const groups = await consoleOf(context).query('users.groups', z.array(GroupView));
    printTable(
      print,
      ['Group', 'Description'],
      groups.map((one) => [one.displayName, one.description]),
    );
  }
}

const listUsers = (client: ConsoleClient): Promise<UserView[]> => client.query('users.list', z.array(UserView));

const groupsOf = (user: UserView): string => user.groups.map((group) => group.displayName).join(', ');

async function findUser(client: ConsoleClient, name: string): Promise<UserView> {
  const list = await listUsers(client);
  const user = list.find((one) => one.userName === name);
  if (user) return user;
  throw new CliError(`There is no user ${name}. There are: ${list.map((one) => one.userName).join(', ')}.`);
}
