import { and, eq } from 'drizzle-orm';
import { products } from '#db/schema/products.ts';
import type { Tx } from '#db/transaction.ts';
import type { Manifest } from '#model/manifest.ts';
import { TesseraError } from '#server/platform/error.ts';
import { openProductFile } from '#server/products/open-product-file.ts';
import { type ReadJob, readBuiltInJob } from './read-jobs.ts';
import type { JobSource } from './render-job.ts';

type Jobs = Map<string, JobSource>;

/** Opened product files by digest: their content never changes. */
const KEPT = new Map<string, Promise<Jobs>>();
const MOST_KEPT = 8;

/**
 * Where the jobs of a manifest come from: the imported product file of each release it names, opened once and checked as at import.
 * A release it does not name is the tile that comes with Tessera. Throws not_found, product_file_rejected.
 */
export async function jobsOfReleases(tx: Tx, manifest: Manifest): Promise<ReadJob> {
  const releases = new Map<string, Jobs>();
  for (const release of manifest.releases) releases.set(release.name, await jobsOf(tx, release));
  return async (release, job) => {
    const jobs = releases.get(release);
    if (jobs === undefined) return readBuiltInJob(release, job);
    const source = jobs.get(job);
    if (source) return source;
    throw new TesseraError('not_found', `Product ${release} has no job ${job}.`);
  };
}

async function jobsOf(tx: Tx, release: { name: string; version: string }): Promise<Jobs> {
  const [row] = await tx.db
    .select({ path: products.path, digest: products.digest })
    .from(products)
    .where(and(eq(products.slug, release.name), eq(products.productVersion, release.version)))
    .limit(1);
  if (!row) {
    throw new TesseraError(
      'not_found',
      `Product ${release.name} ${release.version} is not imported any more. Import its product file again.`,
    );
  }
  const known = KEPT.get(row.digest);
  if (known !== undefined) return known;
  const opened = openProductFile(row.path).then(({ jobs }) => jobs);
  if (KEPT.size >= MOST_KEPT) KEPT.clear();
  KEPT.set(row.digest, opened);
  // a file that could not be read now may be there next time
  opened.catch(() => KEPT.delete(row.digest));
  return opened;
}
