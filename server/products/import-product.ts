import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { and, eq } from 'drizzle-orm';
import type { Pool } from 'pg';
import { products } from '#db/schema/products.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import type { ProductFileReport } from '#model/product.ts';
import type { Actor } from '#model/role.ts';
import { appendAudit } from '#server/audit/append-audit.ts';
import { appendEvent } from '#server/events/append-event.ts';
import { TesseraError } from '#server/platform/error.ts';
import { type OpenedProduct, openProductFile } from './open-product-file.ts';
import { ensureBuildKey, type TrustedKeys } from './product-signature.ts';
import { rejected, ZIP_LIMITS } from './zip-members.ts';

export type ImportOutcome =
  | { imported: true; report: ProductFileReport }
  | { imported: false; report: ProductFileReport };

/** Keys that product files of this installation may be signed with. */
export async function readTrustedKeys(state: string): Promise<TrustedKeys> {
  return (await ensureBuildKey(join(state, 'build-key.pem'))).trusted;
}

/**
 * Takes an upload into `<state>/uploads/`, opened and checked. The report is what the import page shows before it asks once; give its
 * `file` to importProduct. A refused or broken upload leaves nothing. Throws product_file_rejected, disk_full.
 */
export async function receiveProductFile(
  source: AsyncIterable<Uint8Array>,
  options: { state: string },
): Promise<{ file: string; report: ProductFileReport }> {
  const folder = join(options.state, 'uploads');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${randomBytes(8).toString('hex')}.tessera`);
  try {
    // opened before anything is read: a stream that opens by itself may still make the file after its upload broke off and was cleared away
    const handle = await open(file, 'wx', 0o600);
    await pipeline(source, limited, handle.createWriteStream());
    const { report } = await openProductFile(file, await readTrustedKeys(options.state));
    return { file, report };
  } catch (error) {
    await rm(file, { force: true });
    throw asDiskFull(error, folder);
  }
}

/**
 * Imports a product file: opened and checked, copied to `<state>/products/<digest>.tessera`, row + audit + event. A file that no trusted
 * key signed is imported only with `acceptUnsigned`; else the answer is `imported: false` with the report to ask by. The same file
 * twice is one import. Throws product_file_rejected, conflict (that version with other content), disk_full. `file` itself is left alone.
 */
export async function importProduct(
  pool: Pool,
  input: { file: string; state: string; acceptUnsigned: boolean; replace?: boolean },
  actor: Actor,
): Promise<ImportOutcome> {
  const opened = await openProductFile(input.file, await readTrustedKeys(input.state));
  const { report } = opened;
  if (report.signer === null && !input.acceptUnsigned) return { imported: false, report };
  const path = await keepFile(input.file, input.state, report.digest);
  try {
    await inTransaction(pool, (tx) => insertProduct(tx, opened, path, actor, input.replace === true));
  } catch (error) {
    if (!(await inTransaction(pool, (tx) => isKept(tx, report.digest)))) await rm(path, { force: true });
    throw error;
  }
  return { imported: true, report };
}

async function insertProduct(
  tx: Tx,
  opened: OpenedProduct,
  path: string,
  actor: Actor,
  replace: boolean,
): Promise<void> {
  const { metadata, report } = opened;
  const key = and(eq(products.slug, report.slug), eq(products.productVersion, report.version));
  const [existing] = await tx.db.select({ digest: products.digest }).from(products).where(key).limit(1).for('update');
  if (existing?.digest === report.digest) return;
  if (existing && !replace) {
    throw new TesseraError(
      'conflict',
      `${report.label} ${report.version} is imported already with other content (${existing.digest.slice(0, 12)}…). Give the new file another product_version.`,
    );
  }
  const row = {
    label: report.label,
    digest: report.digest,
    signer: report.signer,
    metadata,
    path,
    sizeBytes: report.sizeBytes,
    importedBy: actor.name,
  };
  if (existing) await tx.db.update(products).set(row).where(key);
  else await tx.db.insert(products).values({ slug: report.slug, productVersion: report.version, ...row });
  await appendAudit(tx, actor, 'product.imported', `product/${report.slug}`, {
    version: report.version,
    digest: report.digest,
    signer: report.signer,
  });
  await appendEvent(tx, 'product.changed', `product/${report.slug}`, { imported: report.version });
}

/** Content-addressed and whole: written beside, synced, then renamed. */
async function keepFile(file: string, state: string, digest: string): Promise<string> {
  const folder = join(state, 'products');
  const path = join(folder, `${digest}.tessera`);
  const part = `${path}.${randomBytes(4).toString('hex')}.part`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await copyFile(file, part);
    const handle = await open(part, 'r+');
    await handle.sync();
    await handle.close();
    await rename(part, path);
    return path;
  } catch (error) {
    await rm(part, { force: true });
    throw asDiskFull(error, folder);
  }
}

async function isKept(tx: Tx, digest: string): Promise<boolean> {
  const rows = await tx.db
    .select({ digest: products.digest })
    .from(products)
    .where(eq(products.digest, digest))
    .limit(1);
  return rows.length > 0;
}

async function* limited(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > ZIP_LIMITS.fileBytes) throw rejected(`it is larger than ${ZIP_LIMITS.fileBytes / 1024 / 1024} MB`);
    yield chunk;
  }
}

function asDiskFull(error: unknown, folder: string): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) return error;
  return new TesseraError(
    'disk_full',
    `The product file does not fit into ${folder}: the disk is full. Make room, then import it again.`,
    { cause: error },
  );
}
