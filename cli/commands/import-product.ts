import { openAsBlob } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import { confirm } from '../ask.ts';
import { CliError } from '../cli-error.ts';
import { printBlock } from '../print.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

const Report = z.looseObject({
  slug: z.string(),
  version: z.string(),
  digest: z.string(),
  signer: z.string().nullable(),
  privilegedJobs: z.array(z.string()),
  scripts: z.array(z.string()),
});
const Outcome = z.looseObject({ imported: z.boolean(), upload: z.string(), report: Report });

/** Takes a product file into the installation; one that nobody known signed only when a person accepts it. */
export function addImportProduct(program: Command, context: TesseraContext): void {
  const { print } = context;
  program
    .command('import-product')
    .description('Import a product file')
    .argument('<file>', 'product file (.tessera)')
    .option('--accept-unsigned', 'import it although nobody known signed it')
    .action(async (file: string, options: { acceptUnsigned?: boolean }) => {
      const client = consoleOf(context);
      const { imported, upload, report } = await client.upload('/api/products', Outcome, await openFile(file));
      const name = `${report.slug} ${report.version}`;
      printBlock(print, [
        ['Product', name],
        ['Digest', report.digest],
        ['Signed by', report.signer ?? 'nobody known'],
        ['Runs with full rights', report.privilegedJobs.join(', ') || 'no job'],
        ['Runs as scripts', report.scripts.join(', ') || 'none'],
      ]);
      if (!imported) {
        const accepted = options.acceptUnsigned || (process.stdin.isTTY && (await confirm('Import it all the same?')));
        if (!accepted) {
          await client.mutate('uploads.discard', z.unknown(), { upload });
          throw new CliError(
            `Nobody known signed ${name}, so it was not imported. Where you trust it: --accept-unsigned`,
          );
        }
        await client.mutate('uploads.accept', z.unknown(), { upload });
      }
      print.line(`Imported. Put it on the dashboard with: tessera products add ${report.slug}`);
    });
}

async function openFile(file: string): Promise<Blob> {
  try {
    return await openAsBlob(file);
  } catch (cause) {
    throw new CliError(`${file} cannot be read. Name a product file; tessera tile build makes one.`, { cause });
  }
}
