import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CacheEntry, cacheEntry } from './cache-entry.ts';
import { goBuild, openGo } from './go-build.ts';
import { GO_TOOLCHAIN } from './lines.ts';
import type { BuildContext } from './progress.ts';

const SOURCE = new URL('./go/orders/main.go', import.meta.url);

/** Folder with `orders`, the static binary of the sample that stands in for Elasticsearch. A few seconds; needs no module but Go's own. */
export async function buildOrders(context: BuildContext): Promise<CacheEntry> {
  const inputs = { source: await readFile(SOURCE, 'utf8'), go: GO_TOOLCHAIN.minimum };
  return cacheEntry({ kind: 'orders', inputs, build: (folder) => compile(folder, context) }, context);
}

async function compile(folder: string, context: BuildContext): Promise<void> {
  const go = await openGo(context);
  const module = join(folder, 'module');
  await mkdir(module);
  await writeFile(join(module, 'go.mod'), `module tessera/orders\ngo ${GO_TOOLCHAIN.minimum}\n`);
  await copyFile(SOURCE, join(module, 'main.go'));
  await goBuild(go, { module, packages: ['.'], out: join(folder, 'orders'), symbols: {}, stage: 'images' }, context);
  await rm(module, { recursive: true });
}
