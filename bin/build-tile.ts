// `tessera tile build FOLDER [FILE]`: packs a tile folder into a product file, the same file that an operator imports.
import path from 'node:path';
import { packProduct } from '#server/products/pack-product.ts';

const [folder, file] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('Error: name the folder of a tile\n');
  process.exit(1);
}
try {
  const packed = await packProduct({ folder: path.resolve(folder), target: (name) => path.resolve(file ?? name) });
  process.stdout.write(
    `${packed.path}\n${packed.slug} ${packed.version}, ${packed.members} members, ${packed.sizeBytes} bytes, SHA-256 ${packed.digest}, unsigned\n`,
  );
} catch (error) {
  process.stderr.write(`Error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
