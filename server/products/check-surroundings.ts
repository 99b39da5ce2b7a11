import { totalmem } from 'node:os';
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { clusters } from '#db/schema/clusters.ts';
import { instances } from '#db/schema/deployments.ts';
import { settings } from '#db/schema/settings.ts';
import type { Tx } from '#db/transaction.ts';
import type { CloudConfig } from '#model/cloud-config.ts';
import { DIRECTOR_SLUG, type StagedConfiguration } from '#model/product.ts';
import { type Choices, NO_CHOICES } from '#model/property.ts';
import { systemClock } from '#server/platform/clock.ts';
import { TesseraError } from '#server/platform/error.ts';
import { choicesOf } from './choices.ts';
import type { CheckFacts } from './product-fault.ts';
import { readAllStaged } from './product-row.ts';
import { renderCloudConfig } from './render-cloud-config.ts';

/** What checks of every product look at beside the product itself: read once, used for all of them. */
export type Surroundings = Omit<CheckFacts, 'metadata' | 'configuration' | 'values'> & { choices: Choices };

const Infrastructure = z.object({ memoryMib: z.number() });
const MIB = 1024 * 1024;

export async function readSurroundings(tx: Tx): Promise<Surroundings> {
  const staged = await readAllStaged(tx);
  const director = staged.find((product) => product.slug === DIRECTOR_SLUG);
  const azs = await tx.db.selectDistinct({ az: instances.az }).from(instances).limit(500);
  const iaas = director?.configuration.properties['.properties.iaas_selector'];
  return {
    choices: director ? choicesOf(director.configuration) : NO_CHOICES,
    cloudConfig: director ? cloudConfigOf(director.configuration) : null,
    iaas: typeof iaas === 'string' ? iaas : null,
    products: new Map(
      staged.filter((product) => !product.pendingDeletion).map((product) => [product.slug, product.productVersion]),
    ),
    machineMib: await readMachineMib(tx),
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
