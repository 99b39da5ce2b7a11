import type { Command } from 'commander';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { findProduct } from '../find-product.ts';
import { printBlock, printJson, printTable } from '../print.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

const CredentialView = z.looseObject({
  reference: z.string(),
  job: z.string(),
  name: z.string(),
  type: z.string(),
  setAt: z.string().nullable(),
});
const Revealed = z.object({ type: z.string(), value: z.record(z.string(), z.string()) });

/** The Credentials tab: which there are, and one of them in plain text. Revealing is in the change log. */
export function addCredentials(program: Command, context: TesseraContext): void {
  const { print } = context;
  program
    .command('credentials')
    .description('List the credentials of a product, or reveal one (the change log says who did)')
    .argument('<product>', 'slug of the product')
    .argument('[reference]', 'credential to reveal')
    .option('--field <name>', 'print this part alone: secret, identity, password, cert_pem …')
    .option('--json', 'print the answer of the console')
    .action(async (slug: string, reference: string | undefined, options: { field?: string; json?: boolean }) => {
      if (reference !== undefined) return reveal(slug, reference, options);
      const client = consoleOf(context);
      const { guid } = await findProduct(client, slug);
      const credentials = await client.query('products.credentials', z.array(CredentialView), { guid });
      if (options.json) return printJson(print, credentials);
      printTable(
        print,
        ['Job', 'Name', 'Type', 'Set', 'Reference'],
        credentials.map((one) => [one.job, one.name, one.type, one.setAt ?? '-', one.reference]),
      );
    });

  async function reveal(slug: string, reference: string, options: { field?: string; json?: boolean }): Promise<void> {
    const client = consoleOf(context);
    const { guid } = await findProduct(client, slug);
    const { value } = await client.mutate('products.revealCredential', Revealed, { guid, reference });
    if (options.json) return printJson(print, value);
    if (options.field === undefined) return printParts(value);
    const part = value[options.field];
    if (part === undefined)
      throw new CliError(`${reference} has no part ${options.field}. It has ${Object.keys(value).join(', ')}.`);
    print.line(part.trimEnd());
  }

  function printParts(value: Record<string, string>): void {
    for (const [leaf, text] of Object.entries(value)) {
      if (!text.includes('\n')) printBlock(print, [[leaf, text]]);
      else print.line(`${leaf}:\n${text.trimEnd()}`);
    }
  }
}
