import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProductMetadata } from '#model/product.ts';
import { TesseraError } from '#server/platform/error.ts';
import { parseYaml, readMetadata } from './read-metadata.ts';

/** Folder of the tiles that come with Tessera. */
export const TILES_FOLDER = fileURLToPath(new URL('../../tiles', import.meta.url));

/** A tile's source folder: its whole metadata, and the files that go into the product file beside it. */
export type TileSource = {
  metadata: ProductMetadata;
  metadataData: Record<string, unknown>;
  files: { path: string; content: Buffer }[];
};

/** Lists that `forms/*.yml` add to, in the order of their file names. */
const LISTS = ['form_types', 'property_blueprints'] as const;

/**
 * Reads a tile folder: `metadata.yml`, `forms/*.yml` (each adds form types and property blueprints), `icon.svg`, `jobs/**`.
 * Throws product_file_rejected or not_found naming the file.
 */
export async function loadTile(folder: string): Promise<TileSource> {
  const data = recordOf(parseYaml(await readText(join(folder, 'metadata.yml')), 'metadata.yml'), 'metadata.yml');
  for (const name of await filesBelow(join(folder, 'forms'), '')) {
    const part = recordOf(parseYaml(await readText(join(folder, 'forms', name)), `forms/${name}`), `forms/${name}`);
    for (const list of LISTS) data[list] = [...listOf(data[list]), ...listOf(part[list])];
  }
  const icon = await readIcon(folder);
  if (icon) data.icon_image = icon;
  const paths = await filesBelow(join(folder, 'jobs'), 'jobs/');
  const files = await Promise.all(paths.map(async (path) => ({ path, content: await readFile(join(folder, path)) })));
  return { metadata: readMetadata(data, 'metadata.yml'), metadataData: data, files };
}

async function readIcon(folder: string): Promise<string | null> {
  const names = await namesIn(folder);
  if (!names.includes('icon.svg')) return null;
  return `data:image/svg+xml;base64,${(await readFile(join(folder, 'icon.svg'))).toString('base64')}`;
}

/** Paths of all files below `folder`, sorted, each with `prefix` before it; none when the folder is absent. */
async function filesBelow(folder: string, prefix: string): Promise<string[]> {
  const names = await namesIn(folder, true);
  return names.map((name) => prefix + name).sort();
}

async function namesIn(folder: string, isDeep = false): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive: isDeep });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new TesseraError(
      'not_found',
      `${path} cannot be read. A tile folder holds metadata.yml; name such a folder.`,
      { cause },
    );
  }
}

function recordOf(value: unknown, member: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new TesseraError(
    'product_file_rejected',
    `${member} must be a map of keys. Write it like the metadata.yml of another tile.`,
  );
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
