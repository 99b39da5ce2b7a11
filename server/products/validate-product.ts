import { totalmem } from 'node:os';
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { clusters } from '#db/schema/clusters.ts';
import { instances } from '#db/schema/deployments.ts';
import { settings } from '#db/schema/settings.ts';
import type { Tx } from '#db/transaction.ts';
import type { CloudConfig } from '#model/cloud-config.ts';
import { faultsOfForm, formsOf } from '#model/form.ts';
import { CONTAINER_SERVICE_SLUG, DIRECTOR_SLUG, type StagedConfiguration } from '#model/product.ts';
import type { Choices } from '#model/property.ts';
import { systemClock } from '#server/platform/clock.ts';
import { TesseraError } from '#server/platform/error.ts';
import { checkContainerService } from './check-container-service.ts';
import { checkDirector } from './check-director.ts';
import { choicesOf } from './choices.ts';
import { valuesOf } from './form-values.ts';
import type { CheckFacts, CheckResult, ProductFault } from './product-fault.ts';
import { findStaged, readAllStaged, readChoices, readMetadataRow, readStaged } from './product-row.ts';
import { renderCloudConfig } from './render-cloud-config.ts';
import { meetsRequirement } from './version-order.ts';

const CHECKS: Record<string, (facts: CheckFacts) => CheckResult> = {
  [DIRECTOR_SLUG]: checkDirector,
  [CONTAINER_SERVICE_SLUG]: checkContainerService,
};
const Infrastructure = z.object({ memoryMib: z.number() });
const MIB = 1024 * 1024;

/**
 * Every fault that keeps a staged product from being applied, with form and property, and warnings that do not. No fault = complete.
 * `machineMib`: memory to check plans against; undefined = what the infrastructure said, else this machine's; null = not checked.
 */
export async function validateProduct(
  tx: Tx,
  input: { guid: string; machineMib?: number | null },
): Promise<CheckResult> {
  const product = await readStaged(tx, input.guid);
  const metadata = await readMetadataRow(tx, product.slug, product.productVersion);
  const choices = product.slug === DIRECTOR_SLUG ? choicesOf(product.configuration) : await readChoices(tx);
  const facts = await readFacts(tx, { ...product, metadata, choices, machineMib: input.machineMib });
  const forms = formsOf(metadata);
  const own = forms.flatMap((form) =>
    faultsOfForm(form, facts.values, { choices, isSet: () => false }).map(
      (fault): ProductFault => ({ ...fault, form: form.name }),
    ),
  );
  const across = CHECKS[product.slug]?.(facts) ?? { faults: [], warnings: [] };
  const seen = new Set(own.map((fault) => fault.path));
  return {
    // a field that is wrong by itself needs no second sentence
    faults: [
      ...own,
      ...requirementFaults(facts, forms[0]?.name ?? ''),
      ...across.faults.filter((fault) => !seen.has(fault.path)),
    ],
    warnings: across.warnings,
  };
}

/** Throws invalid_input with every wrong field when a product cannot be applied. */
export function refuseFaults(label: string, faults: ProductFault[]): void {
  if (faults.length === 0) return;
  const sentences = faults.slice(0, 3).map((fault) => fault.message);
  const more = faults.length > 3 ? ` And ${faults.length - 3} more.` : '';
  throw new TesseraError('not_configured', `${label} is not ready: ${sentences.join(' ')}${more}`, {
    fields: Object.fromEntries(faults.map((fault) => [fault.path, fault.message])),
  });
}

async function readFacts(
  tx: Tx,
  input: {
    slug: string;
    metadata: CheckFacts['metadata'];
    configuration: StagedConfiguration;
    choices: Choices;
    machineMib: number | null | undefined;
  },
): Promise<CheckFacts> {
  const director = await findStaged(tx, DIRECTOR_SLUG);
  const staged = await readAllStaged(tx);
  const azs = await tx.db.selectDistinct({ az: instances.az }).from(instances).limit(500);
  const iaas = director?.configuration.properties['.properties.iaas_selector'];
  return {
    metadata: input.metadata,
    configuration: input.configuration,
    values: valuesOf(input.metadata, input.configuration, input.choices),
    cloudConfig: director ? cloudConfigOf(director.configuration) : null,
    iaas: typeof iaas === 'string' ? iaas : null,
    products: new Map(
      staged.filter((product) => !product.pendingDeletion).map((product) => [product.slug, product.productVersion]),
    ),
    machineMib: input.machineMib === undefined ? await readMachineMib(tx) : input.machineMib,
    usedAzs: azs.map((row) => row.az),
    clustersByPlan: await readClustersByPlan(tx),
    now: systemClock.now().getTime(),
  };
}

/** Null while the director's forms are incomplete: their own faults say so. */
function cloudConfigOf(configuration: StagedConfiguration): CloudConfig | null {
  try {
    return renderCloudConfig(configuration);
  } catch (error) {
    if (error instanceof TesseraError && error.code === 'not_configured') return null;
    throw error;
  }
}

async function readMachineMib(tx: Tx): Promise<number> {
  const [row] = await tx.db
    .select({ value: settings.value })
    .from(settings)
    .where(eq(settings.key, 'infrastructure'))
    .limit(1);
  const known = Infrastructure.safeParse(row?.value);
  return known.success ? known.data.memoryMib : Math.floor(totalmem() / MIB);
}

async function readClustersByPlan(tx: Tx): Promise<CheckFacts['clustersByPlan']> {
  const rows = await tx.db
    .select({ name: clusters.name, plan: clusters.planName, masters: clusters.masterInstances })
    .from(clusters)
    .limit(5000);
  const plans = new Map<string, { names: string[]; masters: number }>();
  for (const row of rows) {
    const known = plans.get(row.plan) ?? { names: [], masters: row.masters };
    plans.set(row.plan, { ...known, names: [...known.names, row.name] });
  }
  return plans;
}

function requirementFaults({ metadata, products }: CheckFacts, form: string): ProductFault[] {
  return metadata.requires_product_versions.flatMap((requirement) => {
    const version = products.get(requirement.name);
    if (version !== undefined && meetsRequirement(version, requirement.version)) return [];
    const have = version === undefined ? 'it is not staged' : `${version} is staged`;
    return [
      {
        form,
        path: 'requires_product_versions',
        reference: 'requires_product_versions',
        message: `${metadata.label} needs ${requirement.name} ${requirement.version}; ${have}. Stage a version that fits.`,
        kind: 'wrong' as const,
      },
    ];
  });
}
