import { and, desc, eq, inArray, isNotNull } from 'drizzle-orm';
import { deployments, instances } from '#db/schema/deployments.ts';
import { installations } from '#db/schema/installations.ts';
import { products } from '#db/schema/products.ts';
import type { Tx } from '#db/transaction.ts';
import { formsOf } from '#model/form.ts';
import {
  type AvailableProduct,
  type FormMark,
  ProductMetadata,
  type ProductTile,
  type TileReason,
  type TileState,
} from '#model/product.ts';
import { readSurroundings, type Surroundings } from './check-surroundings.ts';
import { changedProperties } from './pending-changes.ts';
import type { ProductFault } from './product-fault.ts';
import { readAllStaged, readMetadataRow, type StagedProduct } from './product-row.ts';
import { runningProducts } from './running-products.ts';
import { validateStaged } from './validate-product.ts';
import { versionOrder } from './version-order.ts';

type Health = { healthy: number; total: number; down: string[] };

/** Tiles of the dashboard, the director first, each with its state and why it is not green. */
export async function listProducts(tx: Tx): Promise<ProductTile[]> {
  const running = await runningProducts(tx);
  const health = await readHealth(tx);
  const surroundings = await readSurroundings(tx);
  const tiles: (ProductTile & { rank: number })[] = [];
  for (const product of await readAllStaged(tx)) {
    tiles.push(
      await tileOf(
        tx,
        product,
        surroundings,
        running.get(product.guid) ?? null,
        health.get(product.guid) ?? { healthy: 0, total: 0, down: [] },
      ),
    );
  }
  return tiles.sort((a, b) => b.rank - a.rank || a.label.localeCompare(b.label)).map(({ rank: _, ...tile }) => tile);
}

/** Imported product files, newest version first; `staged` marks the version on the dashboard. */
export async function listAvailableProducts(tx: Tx): Promise<AvailableProduct[]> {
  const rows = await tx.db.select().from(products).orderBy(products.slug).limit(500);
  const staged = new Map((await readAllStaged(tx)).map((product) => [product.slug, product.productVersion]));
  return rows
    .map((row) => ({
      slug: row.slug,
      label: row.label,
      version: row.productVersion,
      description: ProductMetadata.parse(row.metadata).description,
      digest: row.digest,
      signer: row.signer,
      sizeBytes: row.sizeBytes,
      importedBy: row.importedBy,
      importedAt: row.importedAt.toISOString(),
      staged: staged.get(row.slug) === row.productVersion,
    }))
    .sort((a, b) => a.slug.localeCompare(b.slug) || versionOrder(b.version, a.version));
}

async function tileOf(
  tx: Tx,
  product: StagedProduct,
  surroundings: Surroundings,
  run: { installationId: number; taskId: number } | null,
  health: Health,
): Promise<ProductTile & { rank: number }> {
  const metadata = await readMetadataRow(tx, product.slug, product.productVersion);
  const { faults } = validateStaged(product, metadata, surroundings);
  const changes = changedProperties(metadata, product, surroundings.choices);
  const forms = formMarks(
    metadata,
    product,
    faults,
    changes.map((change) => change.property),
  );
  const state = stateOf(product, run !== null, faults.length, health);
  const failed =
    run === null && product.failedInstallationId !== null ? await findTask(tx, product.failedInstallationId) : null;
  return {
    rank: metadata.rank,
    guid: product.guid,
    slug: product.slug,
    label: metadata.label,
    description: metadata.description,
    icon: metadata.icon_image ?? null,
    state,
    reasons: reasonsOf(product, state, faults, health),
    stagedVersion: product.productVersion,
    installedVersion: product.deployedVersion,
    upgrades: await newerVersions(tx, product),
    forms,
    formsComplete: forms.filter((form) => form.complete).length,
    instances: { healthy: health.healthy, total: health.total },
    stemcell: metadata.stemcell_criteria
      ? `${metadata.stemcell_criteria.os} ${metadata.stemcell_criteria.version}`
      : null,
    pendingCount:
      changes.length + (product.deployedVersion === product.productVersion ? 0 : 1) + (product.pendingDeletion ? 1 : 0),
    appliedAt: product.deployedAt?.toISOString() ?? null,
    appliedBy: product.deployedBy,
    installationId: run?.installationId ?? product.failedInstallationId,
    taskId: run?.taskId ?? failed,
    version: product.version,
  };
}

/** Orange until complete and applied, green when deployed and healthy. Pure. */
export function stateOf(
  product: Pick<StagedProduct, 'pendingDeletion' | 'deployedVersion' | 'failedInstallationId'>,
  isRunning: boolean,
  faultCount: number,
  health: Pick<Health, 'healthy' | 'total'>,
): TileState {
  if (isRunning) return 'applying';
  if (product.pendingDeletion) return 'deleting';
  if (product.failedInstallationId !== null) return 'failed';
  if (product.deployedVersion === null) return faultCount > 0 ? 'not_configured' : 'ready';
  return faultCount > 0 || health.healthy < health.total ? 'attention' : 'installed';
}

function reasonsOf(product: StagedProduct, state: TileState, faults: ProductFault[], health: Health): TileReason[] {
  const plain = (message: string): TileReason => ({ message, form: null, property: null });
  const reasons = faults.map(
    (fault): TileReason => ({ message: fault.message, form: fault.form, property: fault.path }),
  );
  if (state === 'ready') reasons.push(plain('Complete. Review and apply the changes.'));
  if (state === 'deleting') reasons.push(plain('Is deleted by the next apply. Revert to keep it.'));
  if (state === 'failed')
    reasons.unshift(plain(`Installation ${product.failedInstallationId} failed. Open it to see the step and retry.`));
  if (health.down.length > 0)
    reasons.push(
      plain(`${health.healthy} of ${health.total} instances are healthy; down: ${health.down.slice(0, 3).join(', ')}.`),
    );
  return reasons;
}

function formMarks(
  metadata: ProductMetadata,
  product: StagedProduct,
  faults: ProductFault[],
  changed: string[],
): FormMark[] {
  return formsOf(metadata).map((form) => {
    const own = faults.filter((fault) => fault.form === form.name);
    const mark = product.configuration.forms[form.name];
    return {
      name: form.name,
      label: form.label,
      complete: own.length === 0,
      faults: own.length,
      staged: form.fields.some((field) =>
        changed.some((reference) => reference === field.reference || reference.startsWith(`${field.reference}.`)),
      ),
      changedBy: mark?.changedBy ?? null,
      changedAt: mark?.changedAt ?? null,
    };
  });
}

async function readHealth(tx: Tx): Promise<Map<string, Health>> {
  const rows = await tx.db
    .select({
      guid: deployments.productGuid,
      state: instances.jobState,
      group: instances.groupName,
      index: instances.index,
    })
    .from(instances)
    .innerJoin(deployments, eq(deployments.name, instances.deployment))
    .where(and(isNotNull(deployments.productGuid)))
    .limit(5000);
  const health = new Map<string, Health>();
  for (const row of rows) {
    if (row.guid === null) continue;
    const known = health.get(row.guid) ?? { healthy: 0, total: 0, down: [] };
    known.total += 1;
    if (row.state === 'running') known.healthy += 1;
    else known.down.push(`${row.group}/${row.index}`);
    health.set(row.guid, known);
  }
  return health;
}

async function newerVersions(tx: Tx, product: StagedProduct): Promise<string[]> {
  const rows = await tx.db
    .select({ version: products.productVersion })
    .from(products)
    .where(eq(products.slug, product.slug))
    .limit(100);
  return rows
    .map((row) => row.version)
    .filter((version) => versionOrder(version, product.productVersion) > 0)
    .sort((a, b) => versionOrder(b, a));
}

async function findTask(tx: Tx, installationId: number): Promise<number | null> {
  const [row] = await tx.db
    .select({ taskId: installations.taskId })
    .from(installations)
    .where(inArray(installations.id, [installationId]))
    .orderBy(desc(installations.id))
    .limit(1);
  return row?.taskId ?? null;
}
