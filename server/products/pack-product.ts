import { rename, rm, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { ZipFile } from 'yazl';
import { sha256 } from '#server/platform/crypto.ts';
import { loadTile } from './load-tile.ts';
import { type SigningKey, signSums } from './product-signature.ts';

/** The earliest moment a zip can name: the same tile always gives the same bytes. */
const EPOCH = new Date(1980, 0, 1);

export type PackedProduct = {
  path: string;
  slug: string;
  version: string;
  digest: string;
  sizeBytes: number;
  members: number;
};

/**
 * Packs a tile folder into a product file: a zip of `metadata/metadata.yml`, `jobs/**`, `SHA256SUMS` and, with a key, `SIGNATURE`.
 * Deterministic. `target` is a path, or made from slug and version. Throws product_file_rejected for a faulty tile.
 */
export async function packProduct(input: {
  folder: string;
  target: (name: string) => string;
  key?: SigningKey;
}): Promise<PackedProduct> {
  const tile = await loadTile(input.folder);
  const { name: slug, product_version: version } = tile.metadata;
  const metadata = stringify(tile.metadataData, { aliasDuplicateObjects: false, lineWidth: 0 });
  const members = [{ path: 'metadata/metadata.yml', content: Buffer.from(metadata) }, ...tile.files].sort((a, b) =>
    a.path < b.path ? -1 : 1,
  );
  const sums = Buffer.from(members.map((member) => `${sha256(member.content)}  ${member.path}\n`).join(''));
  const all = [...members, { path: 'SHA256SUMS', content: sums }];
  if (input.key) all.push({ path: 'SIGNATURE', content: Buffer.from(signSums(sums, input.key)) });
  const path = input.target(`${slug}-${version}.tessera`);
  const written = await writeZip(path, all);
  return { path, slug, version, ...written, members: all.length };
}

/** Writes beside the target first, so that no half file is ever there under its name. Tiles are text: the file is made in memory. */
async function writeZip(
  path: string,
  members: { path: string; content: Buffer }[],
): Promise<{ digest: string; sizeBytes: number }> {
  const zip = new ZipFile();
  for (const member of members) {
    zip.addBuffer(member.content, member.path, {
      mtime: EPOCH,
      mode: 0o100_644,
      forceDosTimestamp: true,
      compressionLevel: 9,
    });
  }
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  const part = `${path}.part`;
  try {
    await writeFile(part, bytes);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  return { digest: sha256(bytes), sizeBytes: bytes.length };
}
