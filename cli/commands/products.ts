import type { Command } from 'commander';
import { z } from 'zod';
import { confirm } from '../ask.ts';
import { CliError } from '../cli-error.ts';
import { ProductView } from '../console-views.ts';
import { findProduct } from '../find-product.ts';
import { printJson, printTable } from '../print.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

/** Newest version of a product first. */
const Available = z.looseObject({
  slug: z.string(),
  version: z.string(),
  signer: z.string().nullable(),
  importedBy: z.string(),
  staged: z.boolean(),
});

/** The dashboard: products on it and product files that can be put there. */
export function addProducts(program: Command, context: TesseraContext): void {
  const { print } = context;
  const products = program
    .command('products')
    .description('List staged products')
    .option('--json', 'print the answer of the console')
    .action(async (options: { json?: boolean }) => {
      const staged = await consoleOf(context).query('products.list', z.array(ProductView));
      if (options.json) return printJson(print, staged);
      printTable(
        print,
        ['Product', 'Staged', 'Installed', 'State', 'Why'],
        staged.map((one) => [
          one.slug,
          one.stagedVersion,
          one.installedVersion ?? '-',
          one.state.replaceAll('_', ' '),
          one.reasons[0]?.message ?? '',
        ]),
      );
    });

  products
    .command('available')
    .description('List imported product files')
    .action(async () => {
      const files = await consoleOf(context).query('products.available', z.array(Available));
      printTable(
        print,
        ['Product', 'Version', 'Staged', 'Signed by', 'Imported by'],
        files.map((one) => [one.slug, one.version, one.staged ? 'yes' : 'no', one.signer ?? 'nobody', one.importedBy]),
      );
    });

  products
    .command('add')
    .description('Put an imported product on the dashboard, or stage another version of it')
    .argument('<slug>', 'product')
    .option('--version <version>', 'the newest imported one when left out')
    .action((slug: string, options: { version?: string }) => add(slug, options.version));

  products
    .command('remove')
    .description('Take a product off the dashboard: at once when it was never applied, else with the next apply')
    .argument('<slug>', 'product')
    .option('--non-interactive', 'ask no questions')
    .action(async (slug: string, options: { nonInteractive?: boolean }) => {
      const client = consoleOf(context);
      const { guid } = await findProduct(client, slug);
      if (!options.nonInteractive && !(await confirm(`Are you sure you want to delete product ${slug}?`)))
        throw new CliError('Nothing was deleted.');
      const { removed } = await client.mutate('products.unstage', z.object({ removed: z.boolean() }), { guid });
      print.line(
        removed ? `${slug} and its values are deleted.` : `${slug} is deleted by the next: tessera apply-changes`,
      );
    });

  async function add(slug: string, version?: string): Promise<void> {
    const client = consoleOf(context);
    const files = await client.query('products.available', z.array(Available));
    const versions = files.filter((one) => one.slug === slug).map((one) => one.version);
    const productVersion = version ?? versions[0];
    if (productVersion === undefined || !versions.includes(productVersion)) {
      const there = versions.join(', ') || [...new Set(files.map((one) => one.slug))].join(', ') || 'none';
      throw new CliError(
        `${version ? `${slug} ${version}` : `Product ${slug}`} is not imported (imported: ${there}). Import it with: tessera import-product FILE`,
      );
    }
    await client.mutate('products.stage', z.unknown(), { slug, productVersion });
    print.line(`${slug} ${productVersion} is on the dashboard.`);
    const faults = (await findProduct(client, slug)).forms.filter((form) => !form.complete);
    for (const form of faults) print.line(`  to complete: tessera form ${slug} ${form.name}`);
  }
}
