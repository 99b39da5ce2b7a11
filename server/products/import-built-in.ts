import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { SYSTEM_ACTOR } from '#model/role.ts';
import { importProduct } from './import-product.ts';
import { TILES_FOLDER } from './load-tile.ts';
import { packProduct } from './pack-product.ts';
import { ensureBuildKey } from './product-signature.ts';

/**
 * Packs the tiles that come with Tessera, signs them with the installation's own key and imports them; at director start. Idempotent: the
 * same tile is the same file. A tile changed without a new version replaces its earlier import (only built-in tiles may).
 */
export async function importBuiltIn(
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
