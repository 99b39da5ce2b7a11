import type { Command } from 'commander';
import { z } from 'zod';
import { askPassword } from '../ask.ts';
import { printTable } from '../print.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

const AuditEntry = z.looseObject({
  id: z.number(),
  at: z.string(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
});

/** The Settings page's deeds, and the log of all deeds. */
export function addVault(program: Command, context: TesseraContext): void {
  const { print } = context;
  program
    .command('unlock')
    .description('Open the vault with its passphrase after a restart')
    .option('--passphrase <passphrase>', 'decryption passphrase; asked for when left out')
    .action(async (options: { passphrase?: string }) => {
      const client = consoleOf(context);
      const passphrase = options.passphrase ?? (await askPassword('Decryption passphrase: ', '--passphrase'));
      await client.mutate('settings.unlock', z.unknown(), { passphrase });
      print.line('The vault is open.');
    });

  program
    .command('change-passphrase')
    .description('Change the decryption passphrase of the vault')
    .option('--from <passphrase>', 'passphrase so far; asked for when left out')
    .option('--to <passphrase>', 'new passphrase; asked for when left out')
    .action(async (options: { from?: string; to?: string }) => {
      const client = consoleOf(context);
      const from = options.from ?? (await askPassword('Passphrase so far: ', '--from'));
      const to = options.to ?? (await askPassword('New passphrase: ', '--to'));
      await client.mutate('settings.changePassphrase', z.unknown(), { from, to });
      print.line('The passphrase is changed. Keep it where people reach it at night.');
    });

  program
    .command('audit')
    .description('List the newest 100 deeds: who did what when')
    .action(async () => {
      const entries = await consoleOf(context).query('settings.audit', z.array(AuditEntry), {});
      printTable(
        print,
        ['Deed', 'At', 'Who', 'Action', 'Subject'],
        entries.map((one) => [String(one.id), one.at, one.actor, one.action, one.subject]),
      );
    });
}
