import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeAll, expect, test } from 'vitest';
import { useTestDatabase } from '#db/test-database.ts';
import { inTransaction } from '#db/transaction.ts';
import { importBuiltInTiles } from './import-built-in.ts';
import { importProduct, receiveProductFile } from './import-product.ts';
import { listAvailableProducts } from './list-products.ts';
import { packProduct } from './pack-product.ts';
import { ANA, FIXTURES, useStateFolder } from './product-fixture.ts';

const { pool } = useTestDatabase();
const state = useStateFolder();
const kept = (): string[] => (existsSync(join(state, 'products')) ? readdirSync(join(state, 'products')) : []);
const uploads = (): string[] => (existsSync(join(state, 'uploads')) ? readdirSync(join(state, 'uploads')) : []);
const available = () => inTransaction(pool, listAvailableProducts);
let file: string;
let digest: string;

beforeAll(async () => {
  const packed = await packProduct({ folder: join(FIXTURES, 'every-type'), target: (name) => join(state, name) });
  file = packed.path;
  digest = packed.digest;
});

test('an upload is checked as it arrives and answered with what the page shows', async () => {
  const upload = await receiveProductFile(Readable.from([readFileSync(file)]), { state });
  expect(upload.report).toMatchObject({ slug: 'every-type', signer: null, digest, privilegedJobs: ['echo'] });
  expect(statSync(upload.file).mode & 0o777).toBe(0o600);
});

test('an upload that is refused or broken off leaves nothing', async () => {
  const before = uploads();
  await expect(receiveProductFile(Readable.from([Buffer.from('no zip')]), { state })).rejects.toMatchObject({
    code: 'product_file_rejected',
  });
  const broken = async function* (): AsyncGenerator<Buffer> {
    yield readFileSync(file).subarray(0, 100);
    throw new Error('connection lost');
  };
  await expect(receiveProductFile(broken(), { state })).rejects.toThrow('connection lost');
  expect(uploads()).toEqual(before);
});

test('an unsigned file is not imported before somebody accepts it', async () => {
  const outcome = await importProduct(pool, { file, state, acceptUnsigned: false }, ANA);
  expect(outcome).toMatchObject({ imported: false, report: { signer: null, digest } });
  expect(await available()).toEqual([]);
  expect(kept()).toEqual([]);
});

test('accepted, it is kept under its digest, with audit and event; twice is once', async () => {
  await importProduct(pool, { file, state, acceptUnsigned: true }, ANA);
  await importProduct(pool, { file, state, acceptUnsigned: true }, ANA);
  expect(await available()).toMatchObject([
    { slug: 'every-type', version: '1.0.0', signer: null, importedBy: 'Ana Ruiz', staged: false },
  ]);
  expect(kept()).toEqual([`${digest}.tessera`]);
  const { rows } = await pool.query(`select detail from audit where action = 'product.imported'`);
  expect(rows).toEqual([{ detail: { version: '1.0.0', digest, signer: null } }]);
});

test('the same version with other content is refused, and nothing of it stays', async () => {
  const folder = join(state, 'changed');
  await cp(join(FIXTURES, 'every-type'), folder, { recursive: true });
  writeFileSync(join(folder, 'jobs/echo/templates/echo.liquid'), 'echo changed\n');
  const packed = await packProduct({ folder, target: () => join(state, 'changed.tessera') });
  await expect(importProduct(pool, { file: packed.path, state, acceptUnsigned: true }, ANA)).rejects.toMatchObject({
    code: 'conflict',
    message: `Every Type 1.0.0 is imported already with other content (${digest.slice(0, 12)}…). Give the new file another product_version.`,
  });
  expect(kept()).toEqual([`${digest}.tessera`]);
});

test('a state folder that cannot be written leaves no half file', async () => {
  const other = join(state, 'other');
  await mkdir(other);
  writeFileSync(join(other, 'products'), '');
  await expect(importProduct(pool, { file, state: other, acceptUnsigned: true }, ANA)).rejects.toThrow();
  expect(readdirSync(other).sort()).toEqual(['build-key.pem', 'products']);
});

test('built-in tiles come signed by this installation, and again without a trace', async () => {
  const first = await importBuiltInTiles(pool, { state });
  const again = await importBuiltInTiles(pool, { state });
  expect(again).toEqual(first);
  const products = await available();
  expect(
    products.filter((product) => product.slug !== 'every-type').map((product) => [product.slug, product.signer]),
  ).toEqual([
    ['p-bosh', 'this installation'],
    ['pivotal-container-service', 'this installation'],
  ]);
  const { rows } = await pool.query(`select count(*)::int as count from audit where action = 'product.imported'`);
  expect(rows).toEqual([{ count: 3 }]);
});
