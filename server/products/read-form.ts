import { inArray } from 'drizzle-orm';
import { secrets } from '#db/schema/secrets.ts';
import type { Tx } from '#db/transaction.ts';
import { allFields, type Form, type FormView, formsOf } from '#model/form.ts';
import type { ProductMetadata } from '#model/product.ts';
import { TesseraError } from '#server/platform/error.ts';
import { defaultOf, type FormValues, valuesOf } from './form-values.ts';
import { readChoices, readMetadataRow, readStaged } from './product-row.ts';
import { maskValue } from './secret-leaves.ts';
import { validateProduct } from './validate-product.ts';

/** One form with its staged values; secrets are blank, `secrets` says which are set and when. Throws not_found. */
export async function readForm(tx: Tx, input: { guid: string; form: string }): Promise<FormView> {
  const product = await readStaged(tx, input.guid);
  const metadata = await readMetadataRow(tx, product.slug, product.productVersion);
  const form = findForm(metadata, input.form);
  const choices = await readChoices(tx);
  const fields = allFields(form);
  const shown = maskAll(form, valuesOf(metadata, product.configuration, choices));
  const isDeployed = product.deployedConfiguration !== null;
  const mark = product.configuration.forms[form.name];
  const checked = await validateProduct(tx, { guid: input.guid });
  return {
    guid: product.guid,
    slug: product.slug,
    form,
    version: mark?.version ?? 0,
    changedBy: mark?.changedBy ?? null,
    changedAt: mark?.changedAt ?? null,
    values: { ...shown.values, ...selectorsAbove(form, valuesOf(metadata, product.configuration, choices)) },
    defaults: Object.fromEntries(fields.map((field) => [field.reference, defaultOf(field, choices)])),
    deployed: product.deployedConfiguration
      ? maskAll(form, valuesOf(metadata, product.deployedConfiguration, choices)).values
      : null,
    secrets: await datesOf(tx, shown.secrets),
    locked: isDeployed
      ? fields.filter((field) => field.blueprint.freeze_on_deploy).map((field) => field.reference)
      : [],
    choices,
    faults: checked.faults.filter((fault) => fault.form === form.name).map(({ form: _, ...fault }) => fault),
  };
}

/** The form of that name; throws not_found naming the forms there are. */
export function findForm(metadata: ProductMetadata, name: string): Form {
  const forms = formsOf(metadata);
  const form = forms.find((candidate) => candidate.name === name);
  if (form) return form;
  throw new TesseraError(
    'not_found',
    `${metadata.label} has no form ${name}. It has ${forms.map((candidate) => candidate.name).join(', ')}.`,
  );
}

function maskAll(form: Form, values: FormValues): { values: FormValues; secrets: Record<string, string> } {
  const shown: FormValues = {};
  const secretNames: Record<string, string> = {};
  for (const field of allFields(form)) {
    const masked = maskValue(field, field.reference, values[field.reference]);
    shown[field.reference] = masked.shown;
    Object.assign(secretNames, masked.secrets);
  }
  return { values: shown, secrets: secretNames };
}

/** Selectors of other forms that show or hide fields of this one. */
function selectorsAbove(form: Form, values: FormValues): FormValues {
  const own = new Set(allFields(form).map((field) => field.reference));
  const above = allFields(form).flatMap((field) => field.shownWhen.map((condition) => condition.reference));
  return Object.fromEntries(
    above.filter((reference) => !own.has(reference)).map((reference) => [reference, values[reference]]),
  );
}

async function datesOf(tx: Tx, names: Record<string, string>): Promise<FormView['secrets']> {
  const wanted = Object.values(names);
  if (wanted.length === 0) return {};
  const rows = await tx.db
    .select({ name: secrets.name, updatedAt: secrets.updatedAt })
    .from(secrets)
    .where(inArray(secrets.name, wanted))
    .limit(wanted.length);
  const dates = new Map(rows.map((row) => [row.name, row.updatedAt.toISOString()]));
  return Object.fromEntries(
    Object.entries(names).flatMap(([path, name]) => {
      const setAt = dates.get(name);
      return setAt === undefined ? [] : [[path, { setAt }]];
    }),
  );
}
