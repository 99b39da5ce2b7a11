import type { Command } from 'commander';
import { z } from 'zod';
import type { FormView } from '#model/form.ts';
import { CliError } from '../cli-error.ts';
import type { ConsoleClient } from '../console-client.ts';
import { findProduct } from '../find-product.ts';
import { formToYaml, readValues } from '../form-file.ts';
import { printJson, printTable } from '../print.ts';
import { wholeNumber } from '../whole-number.ts';
import { consoleOf, type TesseraContext } from './tessera-command.ts';

// fields nest and have a model of their own, which console and CLI share; only its outline is looked at here
const FormAnswer = z.custom<FormView>(
  (answer) => z.looseObject({ form: z.looseObject({}), values: z.looseObject({}) }).safeParse(answer).success,
  'The console answered no form. Are console and CLI of one version?',
);

type FormOptions = { set?: string[]; file?: string; ifVersion?: number; json?: boolean };

/** The forms of a product: shown as YAML, saved from YAML or from the command line. */
export function addForm(program: Command, context: TesseraContext): void {
  const { print } = context;
  program
    .command('form')
    .description('Show or save a form of a product; set secrets are shown as *** and kept by it')
    .argument('<product>', 'slug of the product')
    .argument('[form]', 'name of the form; all are listed when left out')
    .option('--set <reference=json...>', 'save these values')
    .option('--file <file>', 'save the values of a YAML file, - for standard input')
    .option('--if-version <number>', 'only when nobody saved the form since that version', wholeNumber)
    .option('--json', 'print the answer of the console')
    .action(async (slug: string, name: string | undefined, options: FormOptions) => {
      const client = consoleOf(context);
      const isSaving = options.set !== undefined || options.file !== undefined;
      if (name !== undefined) return isSaving ? save(client, slug, name, options) : show(client, slug, name, options);
      if (isSaving) throw new CliError(`Name the form to save: tessera form ${slug} FORM`);
      return list(client, slug, options);
    });

  program
    .command('generate-certificate')
    .description('Make a certificate, signed by the root certificate of the installation, and save it into a form')
    .argument('<product>', 'slug of the product')
    .argument('<form>', 'name of the form')
    .argument('<reference>', 'certificate field of the form')
    .argument('<domains...>', 'names and addresses it is for; *.example.com is for all below')
    .action(async (slug: string, form: string, reference: string, domains: string[]) => {
      const client = consoleOf(context);
      const { guid } = await findProduct(client, slug);
      const { certificatePem } = await client.mutate(
        'products.generateCertificate',
        z.looseObject({ certificatePem: z.string() }),
        { guid, form, reference, domains },
      );
      print.line(`Saved a certificate for ${domains.join(', ')} as ${reference}:`);
      print.line(certificatePem.trimEnd());
    });

  async function list(client: ConsoleClient, slug: string, options: FormOptions): Promise<void> {
    const { forms } = await findProduct(client, slug);
    if (options.json) return printJson(print, forms);
    printTable(
      print,
      ['Form', 'State', 'Staged changes', 'Saved by', 'Label'],
      forms.map((one) => [
        one.name,
        one.complete ? 'complete' : `${one.faults} to do`,
        one.staged ? 'yes' : 'no',
        one.changedBy ?? '-',
        one.label,
      ]),
    );
  }

  async function show(client: ConsoleClient, slug: string, form: string, options: FormOptions): Promise<void> {
    const { guid } = await findProduct(client, slug);
    const view = await client.query('products.form', FormAnswer, { guid, form });
    if (options.json) return printJson(print, view);
    print.line(formToYaml(view));
  }

  async function save(client: ConsoleClient, slug: string, form: string, options: FormOptions): Promise<void> {
    const values = readValues(options.file, options.set ?? []);
    const { guid } = await findProduct(client, slug);
    const version = options.ifVersion ?? (await client.query('products.form', FormAnswer, { guid, form })).version;
    const saved = z.looseObject({ version: z.number() });
    const answer = await client.mutate('products.configure', saved, { guid, form, version, values });
    print.line(`Saved ${form} of ${slug}, version ${answer.version}.`);
    const { faults } = await client.query('products.form', FormAnswer, { guid, form });
    for (const fault of faults) print.line(`  to do: ${fault.message}`);
  }
}
