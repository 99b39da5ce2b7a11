import type { Command } from 'commander';
import { z } from 'zod';
import { askPassword } from '../ask.ts';
import { ConsoleClient } from '../console-client.ts';
import { findConsole, readSession, removeSession, writeSession } from '../console-session.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

type LoginOptions = { url?: string; username: string; password?: string };

type SetUpOptions = LoginOptions & { email?: string; passphrase?: string };

export function addTesseraLogin(program: Command, context: TesseraContext): void {
  const { print, environment } = context;
  program
    .command('set-up')
    .description('First run: make the administrator and the vault, and log in')
    .option('--url <url>', 'address of the console; the one of this machine when left out')
    .requiredOption('-u, --username <name>', 'user name of the administrator')
    .option('--email <address>', 'e-mail address')
    .option('-p, --password <password>', 'password; asked for when left out')
    .option('--passphrase <passphrase>', 'decryption passphrase of the vault; asked for when left out')
    .action(async (options: SetUpOptions) => {
      const url = options.url?.replace(/\/+$/, '') ?? findConsole(environment);
      const password = options.password ?? (await askPassword('Password: ', '-p'));
      const passphrase = options.passphrase ?? (await askPassword('Decryption passphrase: ', '--passphrase'));
      const { username: userName, email } = options;
      const client = new ConsoleClient(url);
      await client.mutate('session.setUp', z.unknown(), {
        userName,
        ...(email ? { email } : {}),
        password,
        passphrase,
      });
      writeSession(environment, { url, ...(await client.signIn(userName, password)) });
      print.line(`Set up ${url}. Logged in as ${userName}.`);
    });

  program
    .command('login')
    .description('Log in to a console')
    .option('--url <url>', 'address of the console; the one of this machine when left out')
    .requiredOption('-u, --username <name>', 'user name')
    .option('-p, --password <password>', 'password; asked for when left out')
    .action(async (options: LoginOptions) => {
      const url = options.url?.replace(/\/+$/, '') ?? findConsole(environment);
      const password = options.password ?? (await askPassword('Password: ', '-p'));
      const session = await new ConsoleClient(url).signIn(options.username, password);
      writeSession(environment, { url, ...session });
      print.line(`Logged in to ${url} as ${options.username}.`);
    });

  program
    .command('logout')
    .description('End the session')
    .action(async () => {
      const { url } = readSession(environment);
      await consoleOf(context).mutate('session.signOut', z.unknown());
      removeSession(environment);
      print.line(`Logged out of ${url}.`);
    });
}
