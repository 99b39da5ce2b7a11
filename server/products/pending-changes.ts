import { eq } from 'drizzle-orm';
import { stemcells } from '#db/schema/stemcells.ts';
import type { Tx } from '#db/transaction.ts';
import type { VmDiff } from '#model/change.ts';
import type { Field } from '#model/field.ts';
import { allFields, formsOf, isShown } from '#model/form.ts';
import type { PendingChange, PropertyChange } from '#model/installation.ts';
import type { ProductMetadata, StagedConfiguration } from '#model/product.ts';
import { StagedConfiguration as Configuration } from '#model/product.ts';
import { type Choices, isCredential } from '#model/property.ts';
import { lineOf } from '#server/stemcells/line-of.ts';
import { readSurroundings, type Surroundings } from './check-surroundings.ts';
import { fillDefaults } from './fill-defaults.ts';
import { type FormValues, valuesOf } from './form-values.ts';
import { readAllStaged, readMetadataRow, type StagedProduct } from './product-row.ts';
import { isSame } from './same-value.ts';
import { secretNamesIn } from './secret-leaves.ts';
import { showValue } from './show-value.ts';
import { validateStaged } from './validate-product.ts';

const NO_VMS: VmDiff = { create: [], update: [], recreate: [], delete: [] };

/** VM diff of a product's staged configuration, from the planner; given by the caller because planning is another room. */
export type PlanVmDiff = (product: StagedProduct, metadata: ProductMetadata) => Promise<VmDiff>;

/**
 * What the next apply would do, product by product: properties that differ from the applied ones, VMs, errands, and what stops it.
 * Unchanged products are left out. Secrets are "changed", never shown. A failed apply keeps its changes listed until one succeeds.
 */
export async function pendingChanges(tx: Tx, options: { vmDiff?: PlanVmDiff } = {}): Promise<PendingChange[]> {
  const surroundings = await readSurroundings(tx);
  const changes: PendingChange[] = [];
  for (const product of await readAllStaged(tx)) {
    const metadata = await readMetadataRow(tx, product.slug, product.productVersion);
    const change = await changeOf(tx, product, metadata, surroundings, options.vmDiff);
    if (change) changes.push(change);
  }
  return changes;
}

async function changeOf(
  tx: Tx,
  product: StagedProduct,
  metadata: ProductMetadata,
  surroundings: Surroundings,
  vmDiff: PlanVmDiff | undefined,
): Promise<PendingChange | null> {
  const properties = product.pendingDeletion ? [] : changedProperties(metadata, product, surroundings.choices);
  const action = actionOf(product, properties.length > 0);
  if (action === null) return null;
  const { faults, warnings } = product.pendingDeletion
    ? { faults: [], warnings: [] }
    : validateStaged(product, metadata, surroundings);
  const canPlan = faults.length === 0 && vmDiff !== undefined;
  return {
    guid: product.guid,
    slug: product.slug,
    label: metadata.label,
    action,
    fromVersion: product.deployedVersion,
    toVersion: product.productVersion,
    properties,
    vms: canPlan ? await vmDiff(product, metadata) : NO_VMS,
    errors: faults.map((fault) => ({ form: fault.form, property: fault.path, message: fault.message })),
    warnings: [...warnings, ...(await stemcellWarnings(tx, metadata))],
    errands: errandsOf(metadata, product, action),
  };
}

function actionOf(product: StagedProduct, isChanged: boolean): PendingChange['action'] | null {
  if (product.pendingDeletion) return 'delete';
  if (product.deployedVersion === null) return 'install';
  return isChanged || product.deployedVersion !== product.productVersion || product.failedInstallationId !== null
    ? 'update'
    : null;
}

/** Shown properties whose staged value differs from the applied one; before the first apply, from the default. */
export function changedProperties(
  metadata: ProductMetadata,
  product: StagedProduct,
  choices: Choices,
): PropertyChange[] {
  const staged = valuesOf(metadata, product.configuration, choices);
  const before = product.deployedConfiguration ?? fillDefaults(metadata, Configuration.parse({}), choices);
  const applied = valuesOf(metadata, before, choices);
  return formsOf(metadata).flatMap((form) =>
    allFields(form)
      .filter((field) => isShown(field, staged) && !isSame(staged[field.reference], applied[field.reference]))
      .map((field) => propertyChange(field, applied, staged)),
  );
}

function propertyChange(field: Field, applied: FormValues, staged: FormValues): PropertyChange {
  const [before, after] = [applied[field.reference], staged[field.reference]];
  const isSecret = isCredential(field.blueprint.type) || [before, after].some((value) => secretNamesIn(value).size > 0);
  return {
    property: field.reference,
    label: field.label,
    before: isSecret ? null : showValue(field, before),
    after: isSecret ? null : showValue(field, after),
    secret: isSecret,
  };
}

function errandsOf(
  metadata: ProductMetadata,
  product: { configuration: StagedConfiguration },
  action: PendingChange['action'],
): PendingChange['errands'] {
  const errands = action === 'delete' ? metadata.pre_delete_errands : metadata.post_deploy_errands;
  return errands.map((errand) => {
    const states = product.configuration.errands[errand.name];
    const state = action === 'delete' ? states?.pre_delete_state : states?.post_deploy_state;
    const on = state === undefined || state === 'default' ? errand.run_default : state;
    return { name: errand.name, label: errand.label, on: on !== false && on !== 'off' };
  });
}

async function stemcellWarnings(tx: Tx, metadata: ProductMetadata): Promise<string[]> {
  if (!metadata.stemcell_criteria) return [];
  const line = lineOf(metadata.stemcell_criteria, metadata.label);
  const name = `${line.os}/${line.version}`;
  const [row] = await tx.db.select({ state: stemcells.state }).from(stemcells).where(eq(stemcells.name, name)).limit(1);
  return row?.state === 'ready'
    ? []
    : [`Stemcell ${name} is not built yet (${row?.state ?? 'not begun'}). Apply waits for it.`];
}
