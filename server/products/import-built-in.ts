import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import type { Pool } from 'pg';
import { z } from 'zod';
import { products } from '#db/schema/products.ts';
import { settings } from '#db/schema/settings.ts';
import { inTransaction, type Tx } from '#db/transaction.ts';
import { CONTAINER_SERVICE_SLUG, DIRECTOR_SLUG } from '#model/product.ts';
import { SYSTEM_ACTOR } from '#model/role.ts';
import type { Vault } from '#server/platform/vault.ts';
import { importProduct } from './import-product.ts';
import { TILES_FOLDER } from './load-tile.ts';
import { packProduct } from './pack-product.ts';
import { ensureBuildKey } from './product-signature.ts';
import { stageDirector, stageProduct } from './stage-product.ts';
import { versionOrder } from './version-order.ts';

/**
 * Packs the tiles that come with Tessera, signs them with the installation's own key and imports them; at director start. Idempotent: the
 * same tile is the same file. A tile changed without a new version replaces its earlier import (only built-in tiles may).
 */
export async function importBuiltInTiles(
  pool: Pool,
  options: { state: string; tiles?: string },
): Promise<{ slug: string; version: string; digest: string }[]> {
  const tiles = options.tiles ?? TILES_FOLDER;
  const { key } = await ensureBuildKey(join(options.state, 'build-key.pem'));
  await mkdir(join(options.state, 'uploads'), { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(options.state, 'uploads', 'built-in-'));
  try {
    const imported: { slug: string; version: string; digest: string }[] = [];
    const entries = await readdir(tiles, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    for (const name of names.sort()) {
      const packed = await packProduct({ folder: join(tiles, name), target: (file) => join(folder, file), key });
      await importProduct(
        pool,
        { file: packed.path, state: options.state, acceptUnsigned: false, replace: true },
        SYSTEM_ACTOR,
      );
      imported.push({ slug: packed.slug, version: packed.version, digest: packed.digest });
    }
    return imported;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Slugs put on the dashboard without being asked, once each: a product that an operator deletes does not come back. */
const STARTERS = [DIRECTOR_SLUG, CONTAINER_SERVICE_SLUG] as const;
const STAGED_SETTING = 'built-in-staged';
const Staged = z.array(z.string()).catch([]);

/** Puts the director and the Container Service on a new dashboard, with this installation's network; when the vault opens. Idempotent. */
export async function stageBuiltInTiles(
  pool: Pool,
  vault: Vault,
  options: { subnet: { cidr: string; gateway: string } },
): Promise<void> {
  await inTransaction(pool, async (tx) => {
    const key = eq(settings.key, STAGED_SETTING);
    const [row] = await tx.db.select({ value: settings.value }).from(settings).where(key).limit(1);
    const done = new Set(Staged.parse(row?.value));
    for (const slug of STARTERS.filter((candidate) => !done.has(candidate))) {
      const productVersion = await newestVersion(tx, slug);
      if (productVersion === null) continue;
      if (slug === DIRECTOR_SLUG) await stageDirector(tx, vault, { productVersion, subnet: options.subnet });
      else await stageProduct(tx, vault, { slug, productVersion }, SYSTEM_ACTOR);
      done.add(slug);
    }
    const value = [...done];
    await tx.db
      .insert(settings)
      .values({ key: STAGED_SETTING, value })
      .onConflictDoUpdate({ target: settings.key, set: { value } });
  });
}

async function newestVersion(tx: Tx, slug: string): Promise<string | null> {
  const rows = await tx.db
    .select({ version: products.productVersion })
    .from(products)
    .where(eq(products.slug, slug))
    .limit(100);
  return rows.map((row) => row.version).sort((a, b) => versionOrder(b, a))[0] ?? null;
}
