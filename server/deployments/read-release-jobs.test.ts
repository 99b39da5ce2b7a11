import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { products } from '#db/schema/products.ts';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { clusterManifest } from '#server/clusters/cluster-fixture.ts';
import { TILES_FOLDER } from '#server/products/load-tile.ts';
import { packProduct } from '#server/products/pack-product.ts';
import { readBuiltInJob } from './read-jobs.ts';
import { jobsOfReleases } from './read-release-jobs.ts';

const SLUG = 'pivotal-container-service';
const database = useTestDatabase();
const folder = mkdtempSync(join(tmpdir(), 'release-jobs-'));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  const packed = await packProduct({
    folder: join(TILES_FOLDER, SLUG),
    target: (file) => join(folder, file),
  });
  await inTransaction(database.pool, (tx) =>
    tx.db.insert(products).values({
      slug: SLUG,
      productVersion: packed.version,
      label: 'Container Service',
      digest: packed.digest,
      metadata: {},
      path: packed.path,
      sizeBytes: 1,
      importedBy: 'admin',
    }),
  );
});

const jobsFor = (releases: { name: string; version: string }[]) =>
  inTransaction(database.pool, (tx) => jobsOfReleases(tx, { ...clusterManifest(), releases }));

test('jobs come from the imported product file, the same as in the tile that was packed', async () => {
  const readJob = await jobsFor([{ name: SLUG, version: '1.0.0' }]);
  for (const job of ['etcd', 'keepalived', 'uaa']) {
    expect(await readJob(SLUG, job)).toEqual(await readBuiltInJob(SLUG, job));
  }
  await expect(readJob(SLUG, 'nothing')).rejects.toMatchObject({ code: 'not_found' });
});

test('a release that the manifest does not name is the built-in tile', async () => {
  const readJob = await jobsFor([]);
  expect((await readJob(SLUG, 'etcd')).spec.name).toBe('etcd');
});

test('a version that was taken away is said by name', async () => {
  await expect(jobsFor([{ name: SLUG, version: '0.9.0' }])).rejects.toMatchObject({
    code: 'not_found',
    message: `Product ${SLUG} 0.9.0 is not imported any more. Import its product file again.`,
  });
});
