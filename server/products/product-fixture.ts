import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { afterAll } from 'vitest';
import { inTransaction, type Tx } from '#db/transaction.ts';
import type { Actor } from '#model/role.ts';
import { SYSTEM_ACTOR } from '#model/role.ts';
import { Vault } from '#server/platform/vault.ts';
import { importBuiltInTiles, stageBuiltInTiles } from './import-built-in.ts';
import { importProduct } from './import-product.ts';
import { packProduct } from './pack-product.ts';
import { findStaged } from './product-row.ts';
import { stageProduct } from './stage-product.ts';

export const ANA: Actor = { name: 'Ana Ruiz', userId: null, groups: ['opsman.admin'] };
export const JONAS: Actor = { name: 'Jonas Weber', userId: null, groups: ['opsman.full_control'] };
export const FIXTURES = join(import.meta.dirname, 'fixtures');
export const SUBNET = { cidr: '10.80.0.0/24', gateway: '10.80.0.1' };

/** For tests: a state folder of this file's own, removed at its end. */
export function useStateFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-products-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** For tests: an open vault and both built-in tiles staged; answers their guids. */
export async function stageBuiltIn(
  pool: Pool,
  state: string,
): Promise<{ vault: Vault; director: string; service: string }> {
  const vault = new Vault(state, 'file');
  await inTransaction(pool, (tx) => vault.create(tx, 'correct horse battery staple'));
  await importBuiltInTiles(pool, { state });
  await stageBuiltInTiles(pool, vault, { subnet: SUBNET });
  const guidOf = async (slug: string): Promise<string> =>
    (await inTransaction(pool, (tx) => findStaged(tx, slug)))?.guid ?? '';
  return { vault, director: await guidOf('p-bosh'), service: await guidOf('pivotal-container-service') };
}

/** For tests: the tile with one property of every type, imported and staged. */
export async function stageEveryType(pool: Pool, vault: Vault, state: string): Promise<string> {
  const packed = await packProduct({ folder: join(FIXTURES, 'every-type'), target: (name) => join(state, name) });
  await importProduct(pool, { file: packed.path, state, acceptUnsigned: true }, SYSTEM_ACTOR);
  const staged = await inTransaction(pool, (tx: Tx) =>
    stageProduct(tx, vault, { slug: packed.slug, productVersion: packed.version }, SYSTEM_ACTOR),
  );
  return staged.guid;
}
