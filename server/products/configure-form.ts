import { eq, sql } from 'drizzle-orm';
import { stagedProducts } from '#db/schema/products.ts';
import type { Tx } from '#db/transaction.ts';
import type { Field } from '#model/field.ts';
import { allFields, type Form, faultsOfForm } from '#model/form.ts';
import { canProduct, DIRECTOR_SLUG, type StagedConfiguration } from '#model/product.ts';
import { normaliseValue } from '#model/property-value.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { systemClock } from '#server/platform/clock.ts';
import { TesseraError } from '#server/platform/error.ts';
import type { Vault } from '#server/platform/vault.ts';
import { keyFault } from './check-certificate.ts';
import { choicesOf } from './choices.ts';
import { refuseStale } from './form-conflict.ts';
import { type FormValues, readValue, valuesOf, writeValues } from './form-values.ts';
import { readChoices, readMetadataRow, readStaged, type StagedProduct } from './product-row.ts';
import { findForm } from './read-form.ts';
import { isSame } from './same-value.ts';
import { maskValue, sealValue, secretNamesIn } from './secret-leaves.ts';

export type FormInput = {
  guid: string;
  form: string;
  /** By reference; fields left out keep their values. Blank secret leaves keep theirs, `null` clears an optional credential. */
  values: FormValues;
  /** Version of the form the operator looked at; left out by clients that overwrite knowingly. */
  version?: number;
};

/**
 * Saves one form into the staged configuration. Required fields may stay blank (the tile stays orange), wrong values are refused.
 * Throws invalid_input with `fields`, stale_version naming both values when somebody else saved the form meanwhile, not_found, vault_locked.
 */
export async function configureForm(
  tx: Tx,
  vault: Vault,
  input: FormInput,
  actor: Actor,
): Promise<{ version: number }> {
  const product = await readStaged(tx, input.guid, { lock: true });
  if (!canProduct.configure(product.pendingDeletion ? 'deleting' : 'ready')) {
    throw new TesseraError(
      'conflict',
      `${product.slug} is pending deletion and cannot be configured. Revert that first.`,
    );
  }
  const metadata = await readMetadataRow(tx, product.slug, product.productVersion);
  const form = findForm(metadata, input.form);
  const choices = product.slug === DIRECTOR_SLUG ? choicesOf(product.configuration) : await readChoices(tx);
  const current = valuesOf(metadata, product.configuration, choices);
  const fields = new Map(allFields(form).map((field) => [field.reference, field]));
  const given = normaliseAll(form, fields, input.values);
  const mark = product.configuration.forms[form.name];
  const version = mark?.version ?? 0;
  if (input.version !== undefined && input.version !== version) {
    refuseStale({ form, given, current, changedBy: mark?.changedBy ?? product.changedBy });
  }
  refuseWrong(form, { ...current, ...given }, current, {
    ...choices,
    azs: product.slug === DIRECTOR_SLUG ? choicesOf(writeValues(product.configuration, given)).azs : choices.azs,
  });
  refuseLocked(product, fields, given);
  const sealed = await sealAll(tx, vault, product, fields, given);
  await refuseStrangeKeys(tx, vault, fields, sealed);
  const changed = Object.keys(sealed).filter((reference) => !isSame(sealed[reference], current[reference]));
  const next: StagedConfiguration = {
    ...writeValues(product.configuration, sealed),
    forms: {
      ...product.configuration.forms,
      [form.name]: { version: version + 1, changedBy: actor.name, changedAt: systemClock.now().toISOString() },
    },
  };
  await tx.db
    .update(stagedProducts)
    .set({
      configuration: next,
      changedBy: actor.name,
      version: sql`${stagedProducts.version} + 1`,
      updatedAt: sql`now()`,
    })
    .where(eq(stagedProducts.guid, product.guid));
  await appendAudit(tx, actor, 'product.configured', `product/${product.guid}`, {
    slug: product.slug,
    form: form.name,
    changed,
  });
  await appendEvent(tx, 'product.changed', `product/${product.guid}`, {
    slug: product.slug,
    form: form.name,
    version: version + 1,
  });
  return { version: version + 1 };
}

function normaliseAll(form: Form, fields: Map<string, Field>, values: FormValues): FormValues {
  const given: FormValues = {};
  for (const [reference, value] of Object.entries(values)) {
    const field = fields.get(reference);
    if (!field) {
      // selectors of other forms come along with a form's values; they are looked at, never saved
      if (allFields(form).some((own) => own.shownWhen.some((condition) => condition.reference === reference))) continue;
      throw new TesseraError('invalid_input', `The form ${form.label} has no field ${reference}. Take it out.`, {
        fields: { [reference]: 'no such field' },
      });
    }
    if (!field.blueprint.configurable) {
      throw new TesseraError('invalid_input', `${field.label}: is generated and cannot be set. Take it out.`, {
        fields: { [reference]: 'generated' },
      });
    }
    refuseReferences(field, value);
    given[reference] = normaliseField(field, value);
  }
  return given;
}

/** References are written by Tessera only: a typed one would open somebody else's secret. */
function refuseReferences(field: Field, value: unknown): void {
  if (secretNamesIn(value).size === 0) return;
  const sentence = `${field.label}: must not hold a ((reference)): type the value itself`;
  throw new TesseraError('invalid_input', sentence, { fields: { [field.reference]: sentence } });
}

function normaliseField(field: Field, value: unknown): unknown {
  if (field.blueprint.type !== 'collection') return normaliseValue(field.blueprint, value);
  if (!Array.isArray(value)) return value;
  return value.map((member: unknown) => {
    const record: FormValues = typeof member === 'object' && member !== null ? { ...member } : {};
    for (const column of field.columns) record[column.reference] = normaliseField(column, record[column.reference]);
    return record;
  });
}

function refuseWrong(
  form: Form,
  values: FormValues,
  current: FormValues,
  choices: Parameters<typeof faultsOfForm>[2]['choices'],
): void {
  const set = new Set(
    allFields(form).flatMap((field) =>
      Object.keys(maskValue(field, field.reference, current[field.reference]).secrets),
    ),
  );
  const faults = faultsOfForm(form, values, { choices, isSet: (path) => set.has(path) }).filter(
    (fault) => fault.kind === 'wrong',
  );
  if (faults.length === 0) return;
  throw new TesseraError('invalid_input', faults.map((fault) => fault.message).join(' · '), {
    fields: Object.fromEntries(faults.map((fault) => [fault.path, fault.message])),
  });
}

function refuseLocked(product: StagedProduct, fields: Map<string, Field>, given: FormValues): void {
  const deployed = product.deployedConfiguration;
  if (!deployed) return;
  for (const [reference, value] of Object.entries(given)) {
    const field = fields.get(reference);
    const before = readValue(deployed, reference);
    if (!field?.blueprint.freeze_on_deploy || before === undefined || isSame(value, before)) continue;
    const sentence = `${field.label}: cannot change after the first apply; it is ${String(before)}. Put that back.`;
    throw new TesseraError('invalid_input', sentence, { fields: { [reference]: sentence } });
  }
}

async function sealAll(
  tx: Tx,
  vault: Vault,
  product: StagedProduct,
  fields: Map<string, Field>,
  given: FormValues,
): Promise<FormValues> {
  const sealed: FormValues = {};
  const sameAs = async (name: string, value: string): Promise<boolean> =>
    (await vault.has(tx, name)) && (await vault.read(tx, name)) === value;
  for (const [reference, value] of Object.entries(given)) {
    const field = fields.get(reference);
    if (!field) continue;
    const { stored, put } = await sealValue(
      field,
      value,
      readValue(product.configuration, reference),
      product.guid,
      sameAs,
    );
    for (const leaf of put) await vault.put(tx, { ...leaf, kind: 'property' });
    sealed[reference] = stored;
  }
  return sealed;
}

/** A certificate whose key is another's would only show when a VM does not start. */
async function refuseStrangeKeys(tx: Tx, vault: Vault, fields: Map<string, Field>, sealed: FormValues): Promise<void> {
  for (const [reference, value] of Object.entries(sealed)) {
    const field = fields.get(reference);
    if (field?.blueprint.type !== 'rsa_cert_credentials' || typeof value !== 'object' || value === null) continue;
    if (!('cert_pem' in value) || typeof value.cert_pem !== 'string') continue;
    const [name] = Object.values(maskValue(field, reference, value).secrets);
    if (name === undefined) continue;
    const fault = keyFault(value.cert_pem, await vault.read(tx, name));
    if (!fault) continue;
    const sentence = `${field.label}: ${fault}`;
    throw new TesseraError('invalid_input', sentence, { fields: { [`${reference}.private_key_pem`]: sentence } });
  }
}
