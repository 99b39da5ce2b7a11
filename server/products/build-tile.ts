import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { asTesseraError } from '#server/platform/error.ts';
import { packProduct } from './pack-product.ts';

/** `tessera tile build FOLDER [--output PATH] [--key FILE]`: packs a tile folder and says what came of it. */
const USAGE = 'usage: tessera tile build FOLDER [--output FILE] [--key ED25519-PRIVATE-KEY.pem]';

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { output: { type: 'string', short: 'o' }, key: { type: 'string', short: 'k' } },
  });
  const [folder] = positionals;
  if (folder === undefined || positionals.length > 1) throw new Error(USAGE);
  const { output } = values;
  const packed = await packProduct({
    folder: resolve(folder),
    target: (name) => (output === undefined ? join(process.cwd(), name) : resolve(output)),
    ...(values.key === undefined
      ? {}
      : { key: { name: values.key, privateKeyPem: await readFile(values.key, 'utf8') } }),
  });
  process.stdout.write(
    `${packed.path}\n${packed.slug} ${packed.version}, ${packed.members} members, ${packed.sizeBytes} bytes, ${values.key === undefined ? 'unsigned' : 'signed'}\nsha256:${packed.digest}\n`,
  );
} catch (error) {
  process.stderr.write(`${asTesseraError(error).message}\n`);
  process.exitCode = 1;
}
