import type { Tx } from '#db/transaction.ts';
import { faultsOfForm, formsOf } from '#model/form.ts';
import { CONTAINER_SERVICE_SLUG, DIRECTOR_SLUG, type ProductMetadata } from '#model/product.ts';
import { checkContainerService } from './check-container-service.ts';
import { checkDirector } from './check-director.ts';
import { readSurroundings, type Surroundings } from './check-surroundings.ts';
import { valuesOf } from './form-values.ts';
import type { CheckFacts, CheckResult, ProductFault } from './product-fault.ts';
import { readMetadataRow, readStaged, type StagedProduct } from './product-row.ts';
import { meetsRequirement } from './version-order.ts';

const CHECKS: Record<string, (facts: CheckFacts) => CheckResult> = {
  [DIRECTOR_SLUG]: checkDirector,
  [CONTAINER_SERVICE_SLUG]: checkContainerService,
};

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
  const surroundings = await readSurroundings(tx);
  const machineMib = input.machineMib === undefined ? surroundings.machineMib : input.machineMib;
  return validateStaged(product, metadata, { ...surroundings, machineMib });
}

/** The same for a product already read. Pure. */
export function validateStaged(
  product: Pick<StagedProduct, 'slug' | 'configuration'>,
  metadata: ProductMetadata,
  surroundings: Surroundings,
): CheckResult {
  const { choices, ...shared } = surroundings;
  const values = valuesOf(metadata, product.configuration, choices);
  const facts: CheckFacts = { ...shared, metadata, configuration: product.configuration, values };
  const forms = formsOf(metadata);
  const own = forms.flatMap((form) =>
    faultsOfForm(form, values, { choices, isSet: () => false }).map(
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
